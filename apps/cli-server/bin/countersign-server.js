#!/usr/bin/env node
process.on('SIGUSR1', () => undefined); // or Node.js opens its debugger to every local user
await import('../dist/main.js');
