import { afterEach, beforeEach, expect, vi } from 'vitest';

/** A test that prints fails: output of a library is a leak or a leftover. */
const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
let printed: string[] = [];

beforeEach(() => {
  printed = [];
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      printed.push(`console.${method}: ${parts.map(String).join(' ')}`);
    });
  }
});

afterEach(() => {
  expect(printed, 'a test printed to the console').toEqual([]);
});
