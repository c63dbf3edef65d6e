/** What clients will not like about a certificate that can be served all the same. */
import { X509Certificate } from 'node:crypto';

export type ChainProblem =
  | { readonly problem: 'expired' | 'not_yet_valid'; readonly when: Date }
  /** A certificate that another one signed, which is not in the file. `issuer` as it names itself. */
  | { readonly problem: 'no_issuer'; readonly issuer: string };

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Returns what is wrong with the dates of every certificate in a PEM file, and whether the first one's issuer is missing. An
 * authority need not be in the file, an intermediate certificate must be, and only clients know which one the issuer is.
 *
 * @param cert as `openIdentity` takes it
 */
export function chainProblems(cert: string, now: Date): ChainProblem[] {
  const [first, ...others] = (cert.match(PEM) ?? []).map((pem) => new X509Certificate(pem));
  if (first === undefined) return [];
  const dates = [first, ...others].flatMap(({ validFrom, validTo }): ChainProblem[] => {
    if (new Date(validTo) <= now) return [{ problem: 'expired', when: new Date(validTo) }];
    return new Date(validFrom) > now ? [{ problem: 'not_yet_valid', when: new Date(validFrom) }] : [];
  });
  if (first.issuer === first.subject || others.some((other) => first.checkIssued(other))) return dates;
  return [...dates, { problem: 'no_issuer', issuer: first.issuer.replaceAll('\n', ', ') }];
}
