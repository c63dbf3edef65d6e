import {
  type BackupFacts,
  type BackupSource,
  restoreRule,
  verifyBackup as verifyStoreBackup,
} from '@countersign/secure-store';
import { auditHeadSchema, auditRecordSchema } from '../audit/event.ts';
import { ISSUING } from '../credentials/records.ts';
import { TOKEN_KEYS } from '../credentials/tokens/records.ts';
import { accountSchema } from './account.ts';
import { SERVER_IDENTITY } from './backed-up-identity.ts';
import { invitationSchema } from './invitations.ts';

/** What a backup of a server's store contains. */
export interface VerifiedBackup extends BackupFacts {
  readonly accounts: number;
  /** Whether it contains the key and certificate of the server. */
  readonly hasIdentity: boolean;
}

/**
 * Checks that a backup of a server's store can be restored, without restoring it: it is complete, every record opens, and
 * accounts, invitations, events and issuing keys are of a known form.
 *
 * @throws {StoreError} as `verifyBackup` of secure-store
 */
export async function verifyBackup(
  options: BackupSource & { readonly rules?: undefined },
): Promise<VerifiedBackup> {
  let accounts = 0;
  let hasIdentity = false;
  const asIs = () => undefined;
  const rules = [
    restoreRule('accounts', accountSchema, () => {
      accounts += 1;
      return undefined;
    }),
    restoreRule('invitations', invitationSchema, asIs),
    restoreRule('audit', auditRecordSchema, asIs),
    restoreRule('audit-heads', auditHeadSchema, asIs),
    restoreRule(...ISSUING, asIs),
    restoreRule(...TOKEN_KEYS, asIs),
    restoreRule(...SERVER_IDENTITY, () => {
      hasIdentity = true;
      return undefined;
    }),
  ];
  const facts = await verifyStoreBackup({ ...options, rules });
  return { ...facts, accounts, hasIdentity };
}
