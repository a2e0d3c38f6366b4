/**
 * A closed network that the isolated commands of a session share: a user and a network namespace in which only the
 * loopback interface exists. What listens there leads to the hosts that policy names (`environment`), and to the
 * services on the machine's own loopback.
 *
 * How a command joins: open `/proc/HOLDER/ns/user` and `/proc/HOLDER/ns/net`, compare the inode number of each open
 * file with `namespaces`, and give the two files to `nsenter --preserve-credentials --user=… --net=…`. A process
 * number alone could belong to another process by then; an open file cannot change.
 */
export interface Room {
  /** Process whose user and network namespaces a command joins. */
  readonly holder: number;
  /** Inode numbers of the holder's `/proc/PID/ns/user` and `/proc/PID/ns/net`. */
  readonly namespaces: { readonly user: number; readonly network: number };
  /** Variables that lead programs to the proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, lower case too). */
  readonly environment: Readonly<Record<string, string>>;
}
