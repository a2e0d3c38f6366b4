import { ATTRIBUTE_READER } from "../diff/extended.ts";

/**
 * The set-up as one program in Perl, which can do the system calls itself: so nothing is started but the command.
 * Its arguments are the numbers of those calls. Its file descriptors: 3 says how far it is; 4 brings the request
 * and the answers, and closes when the one who started it is gone; 5 asks for extended attributes; 7 is the caller's
 * channel; 8 and 9 are the user and the network namespace of a room. None of them reaches the command.
 *
 * Three processes of it run. The first stays outside and reads extended attributes. The second makes the
 * namespaces, keeps them until the changes were read, and ends the command when 4 closes. The third is the first
 * process of the command's own process tree: it makes the mounts, waits for the command and then ends, and with it
 * everything that the command left running, which is counted first. Where there is a channel, the command can reach
 * it, and what it tells of processes left is the command's own word; otherwise nobody inside can look into it.
 *
 * An ordinary user's command gets namespaces below those with the mounts, so that every mount is locked for it;
 * root's gives up the capabilities that could take mounts away. What the numbers stand for: the header files of the
 * kernel `sched.h` (namespaces), `mount.h` (flags), `prctl.h`, `capability.h`, `sockios.h`.
 */
export const PERL_PROGRAM = `
my ($list, $get, $set, $remove, $mount, $unshare, $setns, $prctl, $capset) = split /,/, shift;
my $last = 0xffffffff;
my ($new_mounts, $new_ipc, $new_users, $new_tree, $new_network) = (0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000);
my @signals = qw(INT QUIT TERM HUP TSTP PIPE);
$SIG{$_} = "IGNORE" for @signals;
$0 = "countersign";

open(SAY, ">&=3"); open(ANSWERS, "<&=4");
my @fields = split /\\0/, bytes(bytes(12)), -1;
my ($folder, $cwd, $network, $uid, $gid, $channel, $kept, $kept_high) = map take(), 1 .. 8;
my @dropped = take_list();
my @copied = take_list();
my @mounts = take_list();
my @environment = take_list();
my @command = take_list();
copy_attributes(splice @copied, 0, 2) while @copied;

my $outer = fork;
failed("start a process") unless defined $outer;
if ($outer) {
  open(STDIN, "<&5"); open(STDOUT, ">&5"); open(STDERR, ">", "/dev/null");
  close SAY; close ANSWERS; close_range(3, $last);
  ${ATTRIBUTE_READER}
  close STDOUT; close STDIN;
  waitpid $outer, 0;
  exit 0;
}

close_range(5, 6);
my $keeper = $$;

my $made = $new_mounts | $new_ipc | $new_tree;
if ($network eq "room") {
  call("join the room", $setns, 8, $new_users);
  call("join the room", $setns, 9, $new_network);
  call("make namespaces", $unshare, $made);
} else {
  call("make namespaces", $unshare, $made | $new_users | ($network eq "off" ? $new_network : 0));
  if ($uid eq "all") { report("map $$"); bytes(5) }
  else { map_one("0 $uid 1", "0 $gid 1") }
}
close_range(8, $last);
end_with_parent();
pipe(GO, GO_TO); pipe(ALIVE, ALIVE_TO);
my $tree = fork;
failed("start a process") unless defined $tree;
run_tree() unless $tree;

close $_ for \\*STDIN, \\*STDOUT, \\*STDERR, \\*GO, \\*ALIVE_TO;
my ($both, $left) = ("", "");
vec($both, fileno $_, 1) = 1 for \\*ANSWERS, \\*ALIVE;
while (1) {
  next unless select(my $ready = $both, undef, undef, undef) > 0;
  if (vec($ready, fileno ALIVE, 1)) {
    sysread ALIVE, my $told, 8 or last;
    $left = $told;
    next;
  }
  my $answer;
  next if sysread(ANSWERS, $answer, 3) and syswrite(GO_TO, $answer);
  kill KILL => $tree;
  last;
}
waitpid $tree, 0;
report("ended " . code($?) . " $left");
1 while sysread ANSWERS, my $rest, 16;
exit 0;

sub run_tree {
  close $_ for \\*ANSWERS, \\*GO_TO, \\*ALIVE;
  call("keep mounts to itself", $mount, "none", "/", "none", 0x44000, 0);
  raise_loopback() if $network eq "off";
  chdir $folder or failed("enter $folder");
  put_mount(splice @mounts, 0, 6) while @mounts;
  unless (chdir $cwd) { report("no-folder"); exit 125 }
  if ($uid ne "all") {
    call("make namespaces", $unshare, $new_mounts | $new_users);
    map_one("$uid 0 1", "$gid 0 1");
  }
  drop_capabilities();
  call("close the process to others", $prctl, 4, 0, 0, 0, 0) unless $channel;
  end_with_parent();
  report("ready $keeper");
  close SAY;
  exit 125 unless sysread GO, my $go, 3;
  my $command = fork;
  exit 125 unless defined $command;
  run_command() unless $command;
  close $_ for \\*STDIN, \\*STDOUT, \\*STDERR, \\*GO;
  my $ended;
  1 until ($ended = wait) == $command or $ended == -1;
  my $code = code($?);
  syswrite ALIVE_TO, left_running();
  exit $code;
}

sub left_running {
  opendir(my $all, "/proc") or return "";
  my $left = 0;
  for my $id (grep /^[0-9]+$/ && $_ > 1, readdir $all) {
    open(my $file, "<", "/proc/$id/stat") or next;
    $left++ unless readline($file) =~ /.*\\) [ZX]/;
  }
  $left;
}

sub run_command {
  $SIG{$_} = "DEFAULT" for @signals;
  %ENV = map { split /=/, $_, 2 } @environment;
  close_range(3, $last);
  exec { $command[0] } @command;
  my $code = $! + 0 == 2 ? 127 : 126;
  syswrite STDERR, "$command[0]: $!\\n";
  exit $code;
}

sub put_mount {
  my ($source, $target, $type, $flags, $data, $attributes) = @_;
  call("mount $target", $mount, $source, $target, $type, $flags + 0, $data) if $flags ne "";
  return unless $attributes;
  call("restrict $target", 442, -100, $target, 0, pack("Q4", $attributes, 0, 0, 0), 32);
}

sub drop_capabilities {
  call("drop a capability", $prctl, 24, $_ + 0, 0, 0, 0) for @dropped;
  my $sets = pack "L6", $kept, $kept, 0, $kept_high, $kept_high, 0;
  call("drop capabilities", $capset, pack("Ll", 0x20080522, 0), $sets);
}

sub raise_loopback {
  my $interface = pack "a16 x24", "lo";
  my $any;
  socket($any, 2, 2, 0) and ioctl($any, 0x8913, $interface) or return;
  my ($name, $flags) = unpack "a16 s", $interface;
  ioctl($any, 0x8914, my $up = pack("a16 s x22", $name, $flags | 1));
}

sub map_one {
  my ($users, $groups) = @_;
  put_text("/proc/self/setgroups", "deny");
  put_text("/proc/self/uid_map", $users);
  put_text("/proc/self/gid_map", $groups);
}

sub put_text {
  my ($path, $text) = @_;
  open(my $file, ">", $path) or failed("write $path");
  syswrite($file, $text) or failed("write $path");
}
sub end_with_parent { call("follow the one who started it", $prctl, 1, 9, 0, 0, 0) }
sub close_range { syscall(436, $_[0] + 0, $_[1] + 0, 0) == 0 or exit 125 }
sub call { my ($what, $number, @words) = @_; syscall($number, @words) >= 0 or failed($what) }
sub failed { report("failed to $_[0]: $!"); exit 125 }
sub report { my $text = shift; $text =~ tr/\\n/ /; syswrite SAY, "$text\\n" }
sub code { my $status = shift; $status & 127 ? 128 + ($status & 127) : $status >> 8 }
sub take { shift @fields }
sub take_list { splice @fields, 0, take() }
sub bytes {
  my ($wanted, $text) = (shift, "");
  while (length $text < $wanted) { sysread(ANSWERS, $text, $wanted - length $text, length $text) or exit 125 }
  $text;
}
`;
