/** Problems of a usable certificate that make clients reject it. */
import { X509Certificate } from 'node:crypto';

/** A reason for clients to reject the certificate. */
export type ChainProblem =
  | { readonly problem: 'expired' | 'not_yet_valid'; readonly when: Date }
  /** The certificate that signed the first one is not in the file. `issuer` is its name. */
  | { readonly problem: 'no_issuer'; readonly issuer: string };

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * Checks the dates of every certificate in a PEM file, and whether the issuer of the first one is missing. An
 * intermediate certificate must be in the file and a root authority need not be; only clients know which of
 * the two the issuer is.
 *
 * @param cert one or several certificates in PEM, the server's first
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
