/** hash-wasm's Argon2 module, a tenth the size of the main module, whose types do not cover it. */
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
