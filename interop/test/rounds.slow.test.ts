/** The tests of every peer again, with more random exchanges each. */
process.env.COUNTERSIGN_ROUNDS ??= '12';

await import('./fast-srp-hap.test.ts');
await import('./python-srp.test.ts');
await import('./secure-remote-password.test.ts');
await import('./thinbus.test.ts');
await import('./tssrp6a.test.ts');
await import('./password-files.test.ts');
