import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { folderPlace, isSamePlace, PLACE_FORMS, parsePlace } from '../src/place.ts';

/** Exports of this package that are not back ends. */
const OTHERS = ['.', './place', './package.json'];

it('every back end that this package exports has a place', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const backends = Object.keys(exports)
    .filter((path) => !OTHERS.includes(path))
    .map((path) => path.slice('./'.length));
  expect(PLACE_FORMS.map((form) => form.replace(/:.*/, ''))).toEqual(backends);
});

it('a place of each form opens its back end and is read back from its text', async () => {
  for (const form of PLACE_FORMS) {
    const place = parsePlace(form);
    const backend = await place?.open();
    await backend?.close();
    expect(form.startsWith(`${backend?.name}:`)).toBe(true);
    expect(parsePlace(place?.text ?? '')?.text).toBe(place?.text);
  }
});

it.each(['lmdb:', 'postgres:db', 'mysql://db', '/srv/store', ''])('%j names no place', (text) => {
  expect(parsePlace(text)).toBeUndefined();
});

it('two paths of one directory are the same place', () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-place-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'store'));
  symlinkSync(join(dir, 'store'), join(dir, 'link'));
  const place = folderPlace(join(dir, 'store'));
  expect(isSamePlace(place, folderPlace(join(dir, 'link')))).toBe(true);
  expect(isSamePlace(place, folderPlace(join(dir, 'other')))).toBe(false);
});
