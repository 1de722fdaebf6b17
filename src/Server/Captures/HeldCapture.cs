using ReuseAddrDashboard.Core.Captures;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.Captures;

/// <summary>
/// A capture file that is held: its octets in a file without a name, which the kernel removes with the last descriptor, however this program ends.
/// </summary>
internal sealed class HeldCapture(CaptureEntry entry, IReadOnlyList<FileConnection> connections, FileStream octets) : IDisposable
{
    public CaptureEntry Entry => entry;

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<FileConnection> Connections => connections;

    /// <summary>When somebody asked for it last.</summary>
    public DateTimeOffset Used { get; set; }

    /// <summary>The file from its begin, for one reader; closed by that one.</summary>
    /// <exception cref="IOException">It is held no more.</exception>
    public FileStream Open() => Open(octets);

    /// <summary>An open file once more, with a position of its own: its name in /proc leads to it though it has no other (proc(5)).</summary>
    public static FileStream Open(FileStream file)
    {
        bool held = false;
        try
        {
            // So that it cannot be closed, and its number be another file's, meanwhile.
            file.SafeFileHandle.DangerousAddRef(ref held);
            return File.OpenRead($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}");
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The capture is held no more.", e);
        }
        finally
        {
            if (held)
                file.SafeFileHandle.DangerousRelease();
        }
    }

    public void Dispose() => octets.Dispose();
}
