using System.Globalization;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>
/// The process that starts the local hosts for a dashboard that has given its rights away. It was started before, and ends when its standard input does.
/// </summary>
internal sealed class LocalHostsStarter : IAsyncDisposable
{
    private readonly StreamWriter _input;
    private readonly Task _reading;
    private volatile StartedHosts? _hosts;

    private LocalHostsStarter(int input, int output, int error)
    {
        _input = new(Pipe(PipeDirection.Out, input)) { AutoFlush = true };
        _reading = Task.WhenAll(Read(output, line => _hosts?.TakeOutput(line)), Read(error, line => _hosts?.TakeError(line)));
    }

    /// <summary>True once it has ended, which it does by itself only when it is killed: nobody can start hosts then.</summary>
    public bool IsGone => _reading.IsCompleted;

    /// <param name="said">As <see cref="LocalHostsContract.StarterVariable"/> has it.</param>
    /// <returns>Null where there is none.</returns>
    public static LocalHostsStarter? Adopt(string said)
    {
        int[] numbers = [.. said.Split(' ').Select(n => int.TryParse(n, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return numbers is [_, > 2, > 2, > 2] ? new(numbers[1], numbers[2], numbers[3]) : null;
    }

    /// <summary>Has it start local-hosts; one at a time.</summary>
    public StartedHosts Start(LocalHostsPlan plan, PrivateDirectory directory, Action<string> line)
    {
        string where =
            plan.Mode == Core.Log.HostsMode.Loopback ? LocalHostsContract.Loopback
            : plan.Wrapper.Count > 0 ? LocalHostsContract.UserNamespace
            : LocalHostsContract.Namespaces;
        var hosts = new StartedHosts(Say, line);
        _hosts = hosts;
        Say(string.Join('\t', LocalHostsContract.StartHosts, where, directory.FullPath));
        if (IsGone)
            hosts.StarterEnded();
        return hosts;
    }

    public async ValueTask DisposeAsync()
    {
        await _input.DisposeAsync();
        await _reading.WaitAsync(ILocalHosts.Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Say(string line)
    {
        try
        {
            _input.WriteLine(line);
        }
        catch (IOException)
        {
            // It has ended, which the end of its output says.
        }
    }

    private async Task Read(int number, Action<string> take)
    {
        using var reader = new StreamReader(Pipe(PipeDirection.In, number));
        await foreach (string line in BoundedLines.Read(reader, ILocalHosts.LongestLine))
            take(line);
        _hosts?.StarterEnded();
    }

    private static AnonymousPipeClientStream Pipe(PipeDirection direction, int number) => new(direction, new SafePipeHandle(number, ownsHandle: true));
}

/// <summary>One life of local-hosts that the starter started.</summary>
internal sealed class StartedHosts(Action<string> say, Action<string> line) : ILocalHosts
{
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _output = new(TaskCreationOptions.RunContinuationsAsynchronously),
        _error = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _lastLine;

    public int Id { get; private set; }

    public Task<bool> Ready => _ready.Task;

    public string? LastLine => _lastLine;

    public async Task<int> Ended(CancellationToken cancel) => (await Task.WhenAll(_output.Task, _error.Task).WaitAsync(cancel))[0];

    public async Task Stop(TimeProvider time)
    {
        say(LocalHostsContract.EndHosts);
        using var patience = new CancellationTokenSource(ILocalHosts.Patience, time);
        try
        {
            await _output.Task.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            say(LocalHostsContract.KillHosts); // its agents die with it
        }
    }

    public void TakeOutput(string text)
    {
        if (text.StartsWith(LocalHostsContract.Started, StringComparison.Ordinal))
            Id = Number(text);
        else if (text.StartsWith(LocalHostsContract.Ready, StringComparison.Ordinal))
            _ready.TrySetResult(true);
        else if (text.StartsWith(LocalHostsContract.Ended, StringComparison.Ordinal))
            End(Number(text), _output);
    }

    public void TakeError(string text)
    {
        if (text.StartsWith(LocalHostsContract.Ended, StringComparison.Ordinal))
        {
            End(Number(text), _error);
            return;
        }
        _lastLine = text;
        line(text);
    }

    public void StarterEnded()
    {
        End(-1, _output);
        End(-1, _error);
    }

    public void Dispose() { }

    private void End(int exit, TaskCompletionSource<int> said)
    {
        said.TrySetResult(exit);
        _ready.TrySetResult(false);
    }

    private static int Number(string text) =>
        int.TryParse(text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture, out int number) ? number : -1;
}
