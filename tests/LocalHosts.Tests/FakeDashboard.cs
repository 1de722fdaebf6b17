using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.LocalHosts.Tests;

/// <summary>
/// A private directory with a Unix socket on which agents are heard to knock: that is how a test learns that one has started, and its process id.
/// </summary>
internal sealed partial class FakeDashboard : IDisposable
{
    private const int SOL_SOCKET = 1,
        SO_PEERCRED = 17;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _knocked = [];
    private readonly FileStream _owner;

    /// <param name="owner">Whose program is going to remove it: /tmp is sticky, and only the owner may.</param>
    public FakeDashboard(Starter owner = Starter.OrdinaryUser)
    {
        // Process 0 is nobody's: the program that keeps the hosts looks for what the Server's runtime left behind.
        Directory = Path.Combine("/tmp", $"{LocalHostsContract.DirectoryPrefix}0-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        System.IO.Directory.CreateDirectory(Directory);
        if (owner == Starter.OrdinaryUser && Environment.IsPrivilegedProcess)
        {
            Assert.Equal(0, chown(Directory, LocalHostsRig.Nobody, LocalHostsRig.Nobody));
        }

        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        File.SetUnixFileMode(SocketPath, (UnixFileMode)0b111_111_111);
        // Locked as a living Server's is: the next that starts on this machine takes it for a dead one's otherwise, and removes it.
        _owner = new(Path.Combine(Directory, LocalHostsContract.OwnerFile), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        _listener.Listen();
    }

    public string Directory { get; }

    public string SocketPath => Path.Combine(Directory, LocalHostsContract.SocketFile);

    /// <summary>Waits until an agent that was not there before knocks.</summary>
    /// <param name="known">Those that were.</param>
    public async Task<Agent> Next(CancellationToken cancel, params IEnumerable<Agent> known)
    {
        while (true)
        {
            Socket socket = await _listener.AcceptAsync(cancel);
            _knocked.Add(socket);
            byte[] credentials = new byte[12]; // struct ucred: pid, uid, gid
            socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials);
            int process = MemoryMarshal.Read<int>(credentials);
            if (known.All(agent => agent.Process != process) && Agent.Of(process) is { } agent)
            {
                return agent;
            }
        }
    }

    /// <summary>Waits for the two hosts.</summary>
    public async Task<(Agent Client, Agent Server)> Both(CancellationToken cancel)
    {
        Agent first = await Next(cancel);
        Agent second = await Next(cancel, first);
        Assert.Equal([LocalHostsContract.InNamespaces[0].Name, LocalHostsContract.InNamespaces[1].Name], new[] { first.Name, second.Name }.Order());
        return first.Name == LocalHostsContract.InNamespaces[0].Name ? (first, second) : (second, first);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint owner, uint group);

    public void Dispose()
    {
        _knocked.ForEach(socket => socket.Dispose());
        _listener.Dispose();
        _owner.Dispose();
        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

/// <summary>An agent as /proc shows it.</summary>
internal sealed record Agent(int Process, IReadOnlyList<string> Arguments)
{
    public string Name => Option("--name");

    public string NetworkNamespace => new FileInfo($"/proc/{Process}/ns/net").LinkTarget ?? throw new InvalidOperationException($"no namespace of {Process}");

    /// <summary>Null when there is no such process, or it ends just now.</summary>
    public static Agent? Of(int process)
    {
        try
        {
            return new(process, File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0'));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public string Option(string name) => Arguments[Arguments.ToList().IndexOf(name) + 1];

    public bool Has(string name) => Arguments.Contains(name);
}
