/** Where the store lies. */
export type StorePlace =
  | { readonly kind: 'lmdb'; readonly dir: string }
  | { readonly kind: 'postgres'; readonly url: string };
