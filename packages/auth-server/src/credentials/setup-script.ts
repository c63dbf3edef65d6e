/**
 * The script that prepares a host for SSH certificates. The order matters: with a missing or damaged revocation list, sshd
 * refuses every key, so the list is there, and checked, before sshd_config names it. With an empty list, sshd silently
 * revokes nothing.
 */

const DIR = '/etc/ssh';
/** Where hosts keep the authorities, one per line. */
export const CA_FILE = `${DIR}/countersign_ca.pub`;
const KRL_FILE = `${DIR}/countersign_krl`;
const NEW_KRL = `${KRL_FILE}.new`;
const CONFIG = `${DIR}/sshd_config.d/countersign.conf`;
const UPDATE = '/usr/local/sbin/countersign-krl';
const UNIT = '/etc/systemd/system/countersign-krl';

/** Options of `setupScript`. */
export interface SetupOptions {
  /** As in `.pub` files. */
  readonly authorities: readonly string[];
  /** Where hosts fetch the revocation list; without it the administrator copies it. */
  readonly krlUrl?: string | undefined;
  /** The command that writes the revocation list to the file `KRL`. */
  readonly writeKrl: string;
}

/** Returns a script for `sh`, to be run by root. It can be run again. */
export function setupScript({ authorities, krlUrl, writeKrl }: SetupOptions): string {
  const fetch = krlUrl === undefined ? '' : `curl -fsS -o ${NEW_KRL} ${quoted(krlUrl)} &&\n  `;
  const how =
    krlUrl === undefined
      ? `#    Copy it here before you run this script, and then every few minutes. On the server:
#      ${writeKrl}
#      scp KRL root@HOST:${NEW_KRL}
#      ssh root@HOST ${UPDATE}
`
      : '';
  const timer =
    krlUrl === undefined
      ? ''
      : `
# 6. A new list every five minutes.
cat > ${UNIT}.service <<'END'
[Unit]
Description=Fetch the list of revoked SSH certificates

[Service]
Type=oneshot
# Without a limit, a download that hangs would be the last one.
TimeoutStartSec=2min
ExecStart=${UPDATE}
END
cat > ${UNIT}.timer <<'END'
[Unit]
Description=Fetch the list of revoked SSH certificates every five minutes

[Timer]
OnCalendar=*:0/5
RandomizedDelaySec=30

[Install]
WantedBy=timers.target
END
systemctl daemon-reload
systemctl enable --now countersign-krl.timer
`;
  return `#!/bin/sh
# Makes sshd on this host accept the SSH certificates of a Countersign server. Run it as root.
set -eu
umask 022

# 1. The authorities that sign certificates.
cat > ${CA_FILE} <<'END'
${authorities.join('\n')}
END

# 2. The list of revoked certificates. A new one replaces the old one only if sshd can read it.
${how}cat > ${UPDATE} <<'END'
#!/bin/sh
set -eu
set -- ${DIR}/ssh_host_*_key.pub
${fetch}[ "$(head -c 6 ${NEW_KRL})" = SSHKRL ] &&
  ssh-keygen -Q -f ${NEW_KRL} "$1" > /dev/null &&
  mv ${NEW_KRL} ${KRL_FILE} ||
  { echo 'The new list of revoked certificates was not used.' >&2; exit 1; }
END
chmod 755 ${UPDATE}
${UPDATE}

# 3. The configuration of sshd must be valid before it is changed.
sshd -t

# 4. On systems whose sshd_config does not include ${DIR}/sshd_config.d/*.conf, put the two lines at its top.
cat > ${CONFIG} <<'END'
TrustedUserCAKeys ${CA_FILE}
RevokedKeys ${KRL_FILE}
END

# 5. From here on sshd accepts certificates.
sshd -t
systemctl reload ssh
${timer}`;
}

/** Quotes one word for `sh`. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
