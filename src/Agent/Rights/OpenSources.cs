using System.Globalization;
using System.Text.Json;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Rights;

/// <summary>The two sources that need a right to be opened and none afterwards, each open or with what the kernel refused.</summary>
internal sealed record OpenSources(PacketSocket? Capture, KernelRefusal? NoCapture, TraceTap? Trace, KernelRefusal? NoTrace)
{
    /// <summary>Tells the number of the calling thread's network namespace.</summary>
    public const string Namespace = "/proc/thread-self/ns/net";

    private const char Between = '\n',
        Within = '\t';

    /// <summary>Opens them in the calling thread's network namespace.</summary>
    public static OpenSources Open()
    {
        PacketSocket? capture = PacketSocket.Open(out KernelRefusal? noCapture);
        TraceTap? trace = OpenTrace(out KernelRefusal? noTrace);
        return new OpenSources(capture, noCapture, trace, noTrace);
    }

    // Without its number the programs would pass over every socket.
    private static TraceTap? OpenTrace(out KernelRefusal? refusal)
    {
        ulong inode = SocketNames.InodeOf(Namespace);
        refusal = inode == 0 ? KernelRefusal.Last($"readlink({Namespace})") : null;
        return inode == 0 ? null : TraceTap.Open(inode, out refusal);
    }

    /// <summary>Leaves the descriptors open to the program that comes after execve, and says which they are.</summary>
    public string HandOver() => Write(Capture is null ? [] : [Capture.Number], NoCapture) + Between + Write(Trace?.Numbers ?? [], NoTrace);

    /// <summary>Undoes that: no other program comes.</summary>
    public void KeepBack()
    {
        foreach (int number in (Capture is null ? [] : new[] { Capture.Number }).Concat(Trace?.Numbers ?? []))
            _ = Libc.Fcntl(number, CapabilityConstants.F_SETFD, CapabilityConstants.FD_CLOEXEC);
    }

    /// <summary>Takes over what <see cref="HandOver"/> said before execve.</summary>
    public static OpenSources TakeOver(string said)
    {
        string[] sources = said.Split(Between);
        int[] capture = Read(sources[0], out KernelRefusal? noCapture),
            trace = Read(sources.Length > 1 ? sources[1] : "", out KernelRefusal? noTrace);
        return new OpenSources(
            capture.Length == 0 ? null : PacketSocket.Adopt(capture[0]),
            noCapture,
            trace.Length == 0 ? null : TraceTap.Adopt(trace, out noTrace),
            noTrace
        );
    }

    private static string Write(IEnumerable<int> numbers, KernelRefusal? refusal)
    {
        if (refusal is not null)
        {
            return string.Join(
                Within,
                "",
                refusal.Errno.ToString(CultureInfo.InvariantCulture),
                refusal.Call,
                refusal.Reason is { } reason ? JsonSerializer.Serialize(reason, WireJson.Default.Message) : ""
            );
        }

        int[] all = [.. numbers];
        foreach (int number in all)
            _ = Libc.Fcntl(number, CapabilityConstants.F_SETFD, 0);
        return string.Join(Within, all);
    }

    private static int[] Read(string said, out KernelRefusal? refusal)
    {
        string[] words = said.Split(Within);
        refusal =
            words is ["", var errno, var call, var reason] && int.TryParse(errno, CultureInfo.InvariantCulture, out int number)
                ? new KernelRefusal(call, number, reason.Length > 0 ? JsonSerializer.Deserialize(reason, WireJson.Default.Message) : null)
                : null;
        if (refusal is not null)
            return [];
        int[] numbers = [.. words.Select(word => int.TryParse(word, CultureInfo.InvariantCulture, out int fd) ? fd : -1)];
        foreach (int fd in numbers)
        {
            if (Libc.Fcntl(fd, CapabilityConstants.F_SETFD, CapabilityConstants.FD_CLOEXEC) != 0)
            {
                refusal = KernelRefusal.Last("fcntl(F_SETFD)");
                return [];
            }
        }
        return numbers;
    }
}
