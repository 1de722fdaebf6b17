using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>
/// <c>reuseaddr-agent local-hosts</c>: makes the hosts of this machine and keeps their agents. Whatever becomes of the Server, nothing is left: its end closes
/// this program's
/// standard input, the agents die with this program (PR_SET_PDEATHSIG), and namespaces go with the last process in them.
/// </summary>
internal static class LocalHostsProgram
{
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(LocalHostsOptions options)
    {
        // Away from the terminal's Ctrl-C and from a kill of the Server's process group: clearing up comes after those. Refused (EPERM) where this leads a
        // group
        // already, as when a person starts it from a shell; then it has nothing to be kept from.
        _ = Libc.SetSid();

        // Not disposed: standard input may end at any moment, even the last.
        var end = new CancellationTokenSource();
        using PosixSignalRegistration terminated = EndOn(PosixSignal.SIGTERM, end);
        using PosixSignalRegistration interrupted = EndOn(PosixSignal.SIGINT, end);
        using PosixSignalRegistration hungUp = EndOn(PosixSignal.SIGHUP, end);
        var serverGone = new TaskCompletionSource();
        new Thread(() => AwaitEndOfInput(serverGone, end)) { IsBackground = true, Name = "stdin" }.Start();

        int exit = await Keep(options, end.Token);
        if (serverGone.Task.IsCompleted)
        {
            // Only then: on SIGTERM the Server may still live, listen on the socket in there, and start a new local-hosts.
            Leftovers.Remove(options.Directory, Console.Error);
        }

        return exit;
    }

    private static async Task<int> Keep(LocalHostsOptions options, CancellationToken end)
    {
        IReadOnlyList<LocalHost> hosts = options.Namespaces ? LocalHost.InNamespaces : LocalHost.OnLoopback;
        HostThread[] threads = [.. hosts.Select(host => new HostThread(host.Name))];
        try
        {
            if (options.Namespaces && await HostNamespaces.Build(threads[0], threads[1], Console.Error) is { } refused)
            {
                Console.Error.WriteLine(LocalHostsContract.OwnLine + LocalHostsContract.Refused + refused);
                return LocalHostsContract.ExitNoNamespaces;
            }
            await KeepAgents(hosts, threads, options, end);
            return 0;
        }
        finally
        {
            Array.ForEach(threads, thread => thread.Dispose());
        }
    }

    private static async Task KeepAgents(IReadOnlyList<LocalHost> hosts, HostThread[] threads, LocalHostsOptions options, CancellationToken end)
    {
        HostAgent[] agents = [.. hosts.Zip(threads, (host, thread) => new HostAgent(host, thread, options.Dashboard, TimeProvider.System, Console.Error))];
        Task kept = Task.WhenAll(agents.Select(agent => agent.Keep(end)));
        Task started = Task.WhenAll(agents.Select(agent => agent.Started));
        if (await Task.WhenAny(kept, started) == started)
            Console.Out.WriteLine(LocalHostsContract.Ready + (options.Namespaces ? LocalHostsContract.Namespaces : LocalHostsContract.Loopback));
        await kept;
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource end) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                end.Cancel();
            }
        );

    private static void AwaitEndOfInput(TaskCompletionSource serverGone, CancellationTokenSource end)
    {
        using Stream input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0) { }

        serverGone.SetResult();
        end.Cancel();
    }
}
