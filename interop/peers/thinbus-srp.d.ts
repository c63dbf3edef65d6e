/** The used part of thinbus-srp, which has no types of its own. */
declare module 'thinbus-srp/client.js' {
  interface ClientSession {
    generateRandomSalt(): string;
    generateVerifier(salt: string, identity: string, password: string): string;
    step1(identity: string, password: string): void;
    step2(salt: string, B: string): { A: string; M1: string };
    step3(M2: string): true;
    getSessionKey(): string;
  }
  function factory(N: string, g: string, k: string): new () => ClientSession;
  export = factory;
}

declare module 'thinbus-srp/server.js' {
  interface ServerSession {
    step1(identity: string, salt: string, verifier: string): string;
    step2(A: string, M1: string): string;
    getSessionKey(): string;
  }
  function factory(N: string, g: string, k: string): new () => ServerSession;
  export = factory;
}
