/** hash-wasm's Argon2 alone, a tenth of its main module; its types describe only the latter. */
declare module 'hash-wasm/dist/argon2.umd.min.js' {
  const argon2: {
    argon2id(options: {
      readonly password: Uint8Array;
      readonly salt: Uint8Array;
      readonly secret: Uint8Array;
      readonly memorySize: number;
      readonly iterations: number;
      readonly parallelism: number;
      readonly hashLength: number;
      readonly outputType: 'binary';
    }): Promise<Uint8Array>;
  };
  export = argon2;
}
