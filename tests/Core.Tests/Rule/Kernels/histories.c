/*
 * Draws histories of a port and prints what the kernel answered, one operation a line; BindRuleOnOtherKernelsTests holds the rule against that.
 *
 *   gcc -static -O1 -o histories histories.c && unshare --net ./histories COUNT > RELEASE.txt      (root: it gives sockets to another user)
 *
 * As /init of an initramfs it mounts /proc, brings lo up, prints to the console and ends the machine:
 *
 *   mkdir -p root/proc && cp histories root/init && (cd root && find . | cpio -o -H newc | gzip) > i.gz
 *   qemu-system-x86_64 -M microvm,acpi=off -m 256 -nographic -no-reboot -kernel vmlinuz-RELEASE -initrd i.gz -append "console=ttyS0 quiet panic=-1 reboot=t"
 *
 * Lines: # RELEASE; H a new history; b SOCKET PLACE V6ONLY RA RP UID ERRNO (bind); l SOCKET ERRNO (listen); c LISTENER SOCKET PLACE (a connection to PLACE, accepted);
 * a SOCKET VALUE (SO_REUSEADDR); p SOCKET VALUE (SO_REUSEPORT); x SOCKET (close; of a connection its peer's end as well, after it: TIME-WAIT).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { BOUND, LISTENING, CONNECTED };
static const char *places[] = { "0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0" };
static struct { int fd, client, state, place, v6only; } s[64];
static int count;
static unsigned long long state;

static int draw(int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)((state >> 33) % n);
}

static int is6(int place) { return place >= 3; }

static socklen_t address(int place, int port, struct sockaddr_storage *to)
{
	memset(to, 0, sizeof *to);
	if (is6(place)) {
		struct sockaddr_in6 *a = (void *)to;
		a->sin6_family = AF_INET6;
		a->sin6_port = htons(port);
		inet_pton(AF_INET6, places[place], &a->sin6_addr);
		return sizeof *a;
	}
	struct sockaddr_in *a = (void *)to;
	a->sin_family = AF_INET;
	a->sin_port = htons(port);
	inet_pton(AF_INET, places[place], &a->sin_addr);
	return sizeof *a;
}

static void set(int fd, int option, int value) { setsockopt(fd, SOL_SOCKET, option, &value, sizeof value); }

static void make(int port)
{
	struct sockaddr_storage to;
	int place = draw(7), v6only = place == 3 && draw(2), ra = draw(2), rp = draw(2), uid = draw(3) == 2 ? 65534 : 0;
	int fd = socket(is6(place) ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	if (is6(place))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only);
	set(fd, SO_REUSEADDR, ra);
	set(fd, SO_REUSEPORT, rp);
	if (uid && fchown(fd, uid, -1))
		uid = 0;
	socklen_t length = address(place, port, &to);
	int error = bind(fd, (void *)&to, length) ? errno : 0;
	printf("b %d %d %d %d %d %d %d\n", count, place, v6only, ra, rp, uid, error);
	if (error) {
		close(fd);
		return;
	}
	s[count].fd = fd, s[count].client = -1, s[count].state = BOUND, s[count].place = place, s[count].v6only = v6only || place == 4;
	count++;
}

static void join(int listener, int port)
{
	struct sockaddr_storage to;
	int place = s[listener].place, listeners = 0;
	for (int i = 0; i < count; i++)
		listeners += s[i].fd >= 0 && s[i].state == LISTENING;
	if (listeners != 1)
		return;
	int reach = place == 0 ? 1 : place < 3 ? place : place == 3 ? s[listener].v6only || draw(2) ? 4 : 5 : place == 6 ? 5 : place;
	int client = socket(is6(reach) ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	socklen_t length = address(reach, port, &to);
	if (connect(client, (void *)&to, length)) {
		close(client);
		return;
	}
	s[count].fd = accept(s[listener].fd, NULL, NULL);
	s[count].client = client, s[count].state = CONNECTED, s[count].place = reach, s[count].v6only = s[listener].v6only;
	printf("c %d %d %d\n", listener, count, reach);
	count++;
}

static void step(int port)
{
	int open[64], n = 0;
	for (int i = 0; i < count; i++)
		if (s[i].fd >= 0)
			open[n++] = i;
	int i = n ? open[draw(n)] : -1, value;
	switch (i < 0 ? 0 : draw(9)) {
	case 0: case 1: case 2:
		make(port);
		return;
	case 3: case 4:
		if (s[i].state == BOUND) {
			int error = listen(s[i].fd, 5) ? errno : 0;
			printf("l %d %d\n", i, error);
			if (!error)
				s[i].state = LISTENING;
			return;
		}
		break;
	case 5:
		if (s[i].state == LISTENING) {
			join(i, port);
			return;
		}
		break;
	case 6:
		set(s[i].fd, SO_REUSEADDR, value = draw(2));
		printf("a %d %d\n", i, value);
		return;
	case 7:
		set(s[i].fd, SO_REUSEPORT, value = draw(2));
		printf("p %d %d\n", i, value);
		return;
	}
	printf("x %d\n", i);
	close(s[i].fd);
	if (s[i].client >= 0)
		close(s[i].client);
	s[i].fd = s[i].client = -1;
}

int main(int argc, char **argv)
{
	struct utsname name;
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int first = getpid() == 1, histories = argc > 1 ? atoi(argv[1]) : 300;
	if (first)
		mount("proc", "/proc", "proc", 0, NULL);
	ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
	if (range) {
		fputs("40000 65000", range);
		fclose(range);
	}
	uname(&name);
	printf("# %s\n", name.release);
	for (int h = 0; h < (first ? 300 : histories); h++) {
		printf("H\n");
		state = h * 2862933555777941757ULL + 3037000493ULL;
		count = 0;
		for (int i = 0; i < 14; i++)
			step(10000 + h);
		for (int i = 0; i < count; i++) {
			if (s[i].client >= 0)
				close(s[i].client);
			if (s[i].fd >= 0)
				close(s[i].fd);
		}
	}
	printf("# end\n");
	fflush(stdout);
	if (first)
		reboot(RB_AUTOBOOT);
	return 0;
}
