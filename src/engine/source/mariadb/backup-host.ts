import type { MariaTarget } from "./connect.ts";

/** Where and how `mariadb-backup` runs. */
export interface BackupHost {
  /** `mariadb-backup` by default. */
  readonly program?: string;
  /** Without it, on this host. */
  readonly ssh?: SshAccess | undefined;
  /** Unix socket of the server on that host; on this host, what `target` says. */
  readonly socket?: string | undefined;
  /** As the server says, by default. */
  readonly data_dir?: string | undefined;
}

export interface SshAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identity_file?: string | undefined;
  readonly known_hosts?: string | undefined;
  readonly sudo?: boolean | undefined;
}

export const programOf = ({ program }: BackupHost): string => program ?? "mariadb-backup";

/** What `mariadb-backup` is told in a file, passwords above all. */
export function defaultsFor(target: MariaTarget, host: BackupHost): string {
  const value = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const lines = ["[mariadb-backup]", `user=${value(target.user)}`];
  if (target.password !== undefined) lines.push(`password=${value(target.password)}`);
  const socket = host.socket ?? (host.ssh === undefined && target.host.startsWith("/") ? target.host : undefined);
  if (socket !== undefined) lines.push(`socket=${value(socket)}`);
  else if (host.ssh === undefined) {
    lines.push(`host=${value(target.host)}`, `port=${target.port}`);
    if (target.tls.mode !== "disable") lines.push("ssl");
    if (target.tls.mode === "verify-full") lines.push("ssl-verify-server-cert");
    if (target.tls.ca_file !== undefined) lines.push(`ssl-ca=${value(target.tls.ca_file)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The settings come over standard input into a file there, which goes with the shell. */
export function overSsh(host: BackupHost, ssh: SshAccess, args: readonly string[]): [string, string[]] {
  const quoted = (arg: string) => `'${arg.replaceAll("'", "'\\''")}'`;
  const script = [
    "umask 077",
    "file=$(mktemp) || exit 1",
    "trap 'rm -f \"$file\"' EXIT HUP INT TERM",
    'cat > "$file"',
    `${ssh.sudo === true ? "sudo -n " : ""}${quoted(programOf(host))} --defaults-file="$file" ${args.map(quoted).join(" ")}`,
  ].join("; ");
  return [
    "ssh",
    [
      "-o",
      "BatchMode=yes",
      "-o",
      "ServerAliveInterval=30",
      "-o",
      "ConnectTimeout=15",
      ...(ssh.known_hosts === undefined ? [] : ["-o", `UserKnownHostsFile=${ssh.known_hosts}`]),
      "-o",
      "StrictHostKeyChecking=yes",
      ...(ssh.identity_file === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-i", ssh.identity_file]),
      "-p",
      String(ssh.port),
      "-l",
      ssh.user,
      "--",
      ssh.host,
      script,
    ],
  ];
}
