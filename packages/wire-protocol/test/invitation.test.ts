import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatInvitation,
  type Invitation,
  MAX_INVITATION_BYTES,
  readInvitation,
} from '../src/invitation.ts';

interface Vectors {
  readonly good: readonly { what: string; invitation: Invitation; text: string }[];
  readonly bad: readonly { what: string; text: string; problem: string }[];
}
const vectors: Vectors = JSON.parse(
  readFileSync(new URL('./vectors/invitation.json', import.meta.url), 'utf8'),
);
const INVITATION: Invitation = {
  host: 'login.example.org',
  port: 443,
  pin: `sha256:${'A'.repeat(43)}`,
  username: 'alice',
  code: 'AAECAwQF.0123-4567-89AB-CDEF',
};
const TEXT = formatInvitation(INVITATION);

describe('the text of an invitation', () => {
  it.each(vectors.good)('matches Python in both directions: $what', ({ invitation, text }) => {
    expect(formatInvitation(invitation)).toBe(text);
    expect(readInvitation(text)).toEqual({ ok: true, invitation });
    expect(text.length).toBeLessThanOrEqual(MAX_INVITATION_BYTES);
    expect(text).toMatch(/^[\w-]+$/);
  });

  it.each(vectors.bad)('is refused: $what', ({ text, problem }) => {
    expect(readInvitation(text)).toEqual({ ok: false, problem });
  });

  it('survives a mail program that wraps and indents it and adds invisible characters', () => {
    const mailed = `\u{feff}  ${TEXT.replace(/.{40}/g, '$&\r\n\t\u200b ')}\n\n`;
    expect(readInvitation(mailed)).toEqual({ ok: true, invitation: INVITATION });
  });

  it('round-trips for any values, on one line of at most 900 bytes', () => {
    const visible = (maxLength: number) => fc.stringMatching(new RegExp(`^[!-~]{1,${maxLength}}$`));
    const invitation = fc.record({
      host: visible(253),
      port: fc.integer({ min: 1, max: 65_535 }),
      pin: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => `sha256:${Buffer.from(bytes).toString('base64url')}`),
      username: fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme-composite' }),
      code: visible(100),
    });
    fc.assert(
      fc.property(invitation, (values) => {
        fc.pre(Buffer.byteLength(values.username) <= 200);
        const text = formatInvitation(values);
        expect(readInvitation(text)).toEqual({ ok: true, invitation: values });
        expect(text.length).toBeLessThanOrEqual(MAX_INVITATION_BYTES);
      }),
    );
  });

  it('with any one character wrong or missing is never read as another invitation', () => {
    for (let at = 0; at < TEXT.length; at++) {
      const [before, after] = [TEXT.slice(0, at), TEXT.slice(at + 1)];
      expect(readInvitation(before + after).ok, `without ${at}`).toBe(false);
      const wrong = TEXT.charAt(at) === 'x' ? 'y' : 'x';
      expect(readInvitation(before + wrong + after).ok, `wrong ${at}`).toBe(false);
    }
  });

  it('returns an invitation or a problem for any pasted text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((end) => `countersign1_${end}`),
        ),
        (text) => {
          expect(readInvitation(text)).toMatchObject({ ok: false });
        },
      ),
    );
  });

  it.each([
    ['host', ''],
    ['host', 'h'.repeat(254)],
    ['host', 'häuser.example'],
    ['port', 0],
    ['port', 65_536],
    ['port', 1.5],
    ['pin', 'sha256:AA'],
    ['pin', 'A'.repeat(43)],
    ['username', 'n'.repeat(201)],
    ['username', '\ud800'],
    ['code', ''],
    ['code', 'c'.repeat(101)],
  ])('is not written with the %s %j', (field, value) => {
    expect(() => formatInvitation({ ...INVITATION, [field]: value })).toThrow(`"${field}" expected`);
  });
});
