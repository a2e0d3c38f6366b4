import type { Mark } from "../core/effect.ts";
import type { Processes } from "./analyzer.ts";

/** Programs without which the machine, its network, its log or its protection is gone. */
const VITAL =
  /^(systemd.*|init|launchd|loginwindow|WindowServer|sshd|dbus.*|NetworkManager|networkd|polkitd?|udevd|auditd|rsyslogd|syslogd?|journald|cron|crond|containerd|dockerd|kubelet|etcd|firewalld|fail2ban.*|clamd|falcon.*|osqueryd|agetty|getty|gdm.*|lightdm|sddm|Xorg|gnome-shell|kwin.*|plasmashell|Finder|kernel_task|explorer)$/i;
const GATE = /countersign|^csn$/i;

/** Servers that others use: databases, queues, web servers and proxies, container engines, name and mail servers. */
const SERVICE =
  /^(postgres(ql)?|postmaster|mysqld?|mysqld_safe|mariadbd?|mongo[ds]|redis(-server|-sentinel)?|valkey(-server)?|keydb-server|memcached|rabbitmq(-server)?|beam\.smp|kafka|zookeeper|cassandra|scylla|elasticsearch|opensearch|clickhouse(-server)?|influxd|cockroach|consul|vault|nomad|nats-server|minio|nginx|httpd|apache2?|caddy|haproxy|traefik|envoy|varnishd|squid|php-fpm[\d.]*|tomcat\d*|docker|docker-proxy|containerd-shim.*|podman|crio|libvirtd|qemu.*|named|dnsmasq|unbound|coredns|dovecot|postfix|exim4?|smbd|nmbd|nfsd|rpcbind|slapd|sssd|krb5kdc|ntpd|chronyd|prometheus|grafana(-server)?|alertmanager|node_exporter|datadog-agent|telegraf|filebeat|fluentd|supervisord|slurmctld|slurmd|munged)$/i;

/**
 * Which processes a name or a pattern of names stands for, when they are more than one's own work. A pattern that
 * says more than a name (`node .*server`) is somebody's filter of their own.
 */
export function processesNamed(pattern: string): Processes | undefined {
  const plain = pattern.replace(/[\^$\\[\]]/g, "").replace(/^.*\//, "");
  if (GATE.test(plain)) return "gate";
  if (VITAL.test(plain)) return "vital";
  if (SERVICE.test(plain)) return "service";
  return selectsAll(pattern) ? "every" : undefined;
}

/** `.`, `.*`, `[a-z]`, `o`: most names match. */
function selectsAll(pattern: string): boolean {
  const plain = pattern.replace(/[\^$\\]/g, "");
  return /^[.*+?[\]a-z-]{0,2}$|^(\.\*|\.\+|\[.*\].?)$/.test(plain) && !/^\[.\]\w{2,}/.test(plain);
}

/** What stopping such processes means. */
export function processMarks(processes: Processes | undefined): readonly Mark[] {
  switch (processes) {
    case "every":
      return ["bulk"];
    case "vital":
      return ["system"];
    case "gate":
      return ["control"];
    case "service":
      return ["outside", "shared"];
    default:
      return [];
  }
}
