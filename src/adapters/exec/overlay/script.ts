/**
 * The set-up, in the words of POSIX sh. Its file descriptors: 3 says how far it is, 4 brings the answers and
 * closes when the one who started it is gone, 5 holds the environment of the command and takes how many processes
 * it left running, 6 lists mounts, 7 is the caller's channel, 8 and 9 were a room. None of them reaches the
 * command. `$1`: where to mount from, `$2`: working directory of the command; the rest: inner words, command.
 *
 * The first shell makes the mounts in namespaces of its own. The command then gets namespaces below those, so
 * that every mount is locked for it: it cannot take away what covers something.
 */
export const OUTER = `
exec 8<&- 9<&-
trap : INT QUIT TERM HUP
if [ "$1" = map ]; then echo "map $$" >&3; read -r answer <&4 || exit 125; fi
shift
cd "$1" || exit 125
[ -z "$LOOPBACK" ] || { eval "$LOOPBACK" >/dev/null 2>&1 & }
said=$("$MOUNT" -c -a -T mounts 2>&1) || { echo "failed $said" >&3; exit 125; }
wait
cd "$2" 2>/dev/null || { echo "no-folder" >&3; exit 125; }
shift 2
echo "ready $$" >&3
read -r answer <&4 || exit 125
[ "$answer" = go ] || exit 125
(
  trap '' INT QUIT TERM HUP TSTP
  exec 3>&- 5<&- 6<&-
  read -r answer <&4
  read -r self rest </proc/self/stat
  read -r children </proc/$$/task/$$/children
  for child in $children; do [ "$child" = "$self" ] || kill -9 "$child"; done
) &
watcher=$!
(
  [ -z "$RESET" ] || trap '' INT QUIT TERM HUP
  exec "$@" 3>&- 4<&-
)
echo "ended $?" >&3
wait "$watcher"
exit 0
`;

/**
 * The first process of the command's own process tree: it waits for the command and then ends, and with it
 * everything that the command left running, which is counted first. It stays silent where a shell would report a
 * signal. The command could write to 5 and 7 by way of `/proc/1/fd`: what is read from there is its word only.
 */
export const INIT = `
exec 9>&2 2>/dev/null
. /proc/self/fd/5
(exec "$@" 2>&9 9>&- 5<&- 6<&- 7<&-)
code=$?
left=0
for entry in /proc/[0-9]*; do
  read -r stat <"$entry/stat" || continue
  case \${stat##*) } in [ZX]*) ;; *) left=$((left + 1)) ;; esac
done
echo "left $((left - 1))" >&5
exit "$code"
`;

/** For root: what the whole machine shares stays read-only, and what could take mounts away is given up. */
export const ROOT_INIT = `
"$MOUNT" -c -a -T /proc/self/fd/6 || exit 125
exec "$SETPRIV" --bounding-set="$DROPPED" --inh-caps=-all "$SHELL" -c "$INIT" sh "$@" 6<&-
`;
