/** A token for kubectl, which runs this program as a credential plugin. */
import { execCredential, readExecInfo } from '@countersign/auth-client/credential-formats';
import { isoTime, printJson } from '@countersign/terminal';
import { type Context, misuse } from '../../context.ts';
import { type TokenRequest, withToken } from './token.ts';

const WRONG = {
  other_version:
    'KUBERNETES_EXEC_INFO asks for another version than v1 or v1beta1 of client.authentication.k8s.io. Set apiVersion in the kubeconfig to client.authentication.k8s.io/v1',
  not_an_object: 'KUBERNETES_EXEC_INFO is not a JSON object. kubectl sets it; unset it elsewhere.',
} as const;

/** @throws {CliError} bad_exec_info */
export async function forKubectl(context: Context, audience: string, request: TokenRequest): Promise<void> {
  const info = readExecInfo(context.io.env.KUBERNETES_EXEC_INFO);
  if (typeof info === 'string') throw misuse('bad_exec_info', WRONG[info]);
  return withToken(context, audience, { ...request, mayAsk: info.isInteractive }, ({ token, expiresAt }) =>
    printJson(context.io, execCredential(info, token, isoTime(expiresAt))),
  );
}
