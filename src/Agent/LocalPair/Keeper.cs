using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>
/// <c>reuseaddr-agent pair</c>: makes the two hosts of this machine and keeps their agents. Whatever becomes of the Server, nothing is left: its end closes the
/// keeper's standard input, the agents die with the keeper (PR_SET_PDEATHSIG), and namespaces go with the last process in them.
/// </summary>
internal static class Keeper
{
    private const int WrongOptions = 2;

    /// <param name="arguments">Those after <c>pair</c>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] arguments)
    {
        if (arguments is ["--help"] or ["-h"])
        {
            Console.Out.WriteLine(PairOptions.Help);
            return 0;
        }

        if (PairOptions.Parse(arguments, out string? problem) is not { } options)
        {
            Console.Error.WriteLine($"{LocalPairContract.KeeperLine}{problem}");
            return WrongOptions;
        }

        // Away from the terminal's Ctrl-C and from a kill of the Server's process group: clearing up comes after those. Refused (EPERM) where this leads a group
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
            // Only then: on SIGTERM the Server may still live, listen on the socket in there, and start a new keeper.
            Leftovers.Remove(options.Directory, Console.Error);
        }

        return exit;
    }

    private static async Task<int> Keep(PairOptions options, CancellationToken end)
    {
        using var clientThread = new HostThread(HubRoutes.Client);
        using var serverThread = new HostThread(HubRoutes.Server);
        if (options.Namespaces && await NamespacePair.Build(clientThread, serverThread, Console.Error) is { } refused)
        {
            Console.Error.WriteLine(LocalPairContract.KeeperLine + LocalPairContract.Refused + refused);
            return LocalPairContract.ExitNoNamespaces;
        }

        IReadOnlyList<LocalHost> hosts = options.Namespaces ? LocalHost.InNamespaces : LocalHost.OnLoopback;
        HostThread[] threads = [clientThread, serverThread];
        HostAgent[] agents = [.. hosts.Zip(threads, (host, thread) => new HostAgent(host, thread, options.Dashboard, TimeProvider.System, Console.Error))];
        Task kept = Task.WhenAll(agents.Select(agent => agent.Keep(end)));
        Task started = Task.WhenAll(agents.Select(agent => agent.Started));
        if (await Task.WhenAny(kept, started) == started)
        {
            Console.Out.WriteLine(LocalPairContract.Ready + (options.Namespaces ? LocalPairContract.Namespaces : LocalPairContract.Loopback));
        }

        await kept;
        return 0;
    }

    private static PosixSignalRegistration EndOn(PosixSignal signal, CancellationTokenSource end) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        end.Cancel();
    });

    private static void AwaitEndOfInput(TaskCompletionSource serverGone, CancellationTokenSource end)
    {
        using Stream input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0)
        {
        }

        serverGone.SetResult();
        end.Cancel();
    }
}
