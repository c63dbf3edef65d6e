import { describe, expect, it } from 'vitest';
import {
  AUTHENTICATOR_APPS,
  compatibilityWarnings,
  DEFAULT_PROFILE,
  type TotpProfile,
} from '../src/index.ts';
import { vectors } from './vectors.ts';

const { app_compatibility: facts } = vectors<{ app_compatibility: { app: string; fact: string }[] }>(
  'otpauth-uris',
);
const affected = (profile: Partial<TotpProfile>) =>
  compatibilityWarnings({ ...DEFAULT_PROFILE, ...profile }).map(
    ({ app, parameter }) => `${app}: ${parameter}`,
  );

describe('compatibilityWarnings', () => {
  it('returns nothing for the default, which every app honours', () => {
    expect(compatibilityWarnings(DEFAULT_PROFILE)).toEqual([]);
  });

  it('names the apps that show wrong codes for another algorithm', () => {
    expect(affected({ algorithm: 'SHA256' })).toEqual([
      'Google Authenticator, older versions: algorithm',
      'Microsoft Authenticator: algorithm',
      'Authy: algorithm',
      'Duo Mobile: algorithm',
      '2FAS, 2021: algorithm',
    ]);
    expect(affected({ algorithm: 'SHA512' })).toContain('Microsoft Authenticator: algorithm');
  });

  it('names the apps that show wrong codes for other digits', () => {
    expect(affected({ digits: 8 })).toEqual([
      'Google Authenticator, older versions: digits',
      'Authy: digits',
    ]);
  });

  it('names the apps that show wrong codes for another period', () => {
    expect(affected({ period: 60 })).toEqual([
      'Google Authenticator, older versions: period',
      'Microsoft Authenticator: period',
      'Duo Mobile: period',
    ]);
  });

  it('names every parameter that an app gets wrong, in a sentence with its source', () => {
    const warnings = compatibilityWarnings({ algorithm: 'SHA256', digits: 8, period: 60 });
    const microsoft = warnings.filter(({ app }) => app === 'Microsoft Authenticator');
    expect(microsoft.map(({ message }) => message)).toEqual([
      'Microsoft Authenticator ignores the hash algorithm and shows wrong codes.',
      'Microsoft Authenticator ignores the period and shows wrong codes.',
    ]);
    expect(warnings.find(({ app, parameter }) => app === 'Authy' && parameter === 'digits')).toMatchObject({
      support: 'unsupported',
      message: 'Authy is reported not to work with this number of digits.',
    });
    for (const { source } of warnings) expect(source).toMatch(/\S/);
  });

  it('warns about the app of a real complaint: period=60 in Microsoft Authenticator and Duo', () => {
    const said = affected({ period: 60 }).join();
    expect(said).toMatch(/Microsoft.*Duo/);
    expect(said).not.toMatch(/LastPass|Android 2025/);
  });
});

it('has a row for every app of the survey', () => {
  const rows = AUTHENTICATOR_APPS.map(({ app }) => app).join('\n');
  const surveyed = facts
    .filter(({ app }) => !app.startsWith('many'))
    .flatMap(({ app }) => app.split(', '))
    .map((app) => app.replace(/ \(.*/, ''));
  expect(surveyed.length).toBeGreaterThan(12);
  for (const app of surveyed) if (!/^\d{4}/.test(app)) expect(rows).toContain(app);
});
