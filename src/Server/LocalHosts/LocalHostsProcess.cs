using System.ComponentModel;
using System.Diagnostics;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>
/// One life of <c>reuseaddr-agent local-hosts</c>. Its standard input is a pipe that nobody writes to and that the kernel closes when the Server ends: that is
/// how it knows.
/// </summary>
internal sealed class LocalHostsProcess : ILocalHosts
{
    private readonly Process _process;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private volatile string? _lastLine;

    private LocalHostsProcess(Process process, Action<string> line)
    {
        _process = process;
        _reading = Task.WhenAll(
            Read(process.StandardOutput, TakeOutput),
            Read(
                process.StandardError,
                text =>
                {
                    _lastLine = text;
                    line(text);
                }
            )
        );
    }

    public int Id => _process.Id;

    public Task<bool> Ready => _ready.Task;

    public string? LastLine => _lastLine;

    /// <param name="plan">Where the hosts are to be.</param>
    /// <param name="program">The agent's program.</param>
    /// <param name="directory">Where its agents find the dashboard.</param>
    /// <param name="line">Takes each line that it and its agents write to stderr.</param>
    /// <param name="problem">Why it cannot be started; null where it was.</param>
    /// <returns>Null when the program cannot be started.</returns>
    public static LocalHostsProcess? Start(LocalHostsPlan plan, AgentProgram program, PrivateDirectory directory, Action<string> line, out string? problem)
    {
        string[] command = [.. plan.Wrapper, .. program.Command, .. plan.Arguments(directory)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The runtime puts a socket for debuggers into the temporary directory, which outlives a kill -9.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (AgentProgram.DotnetRoot() is { } root)
        {
            start.Environment["DOTNET_ROOT"] = root;
        }

        try
        {
            problem = null;
            return Process.Start(start) is { } process ? new LocalHostsProcess(process, line) : null;
        }
        catch (Win32Exception e)
        {
            problem = e.Message;
            return null;
        }
    }

    public async Task<int> Ended(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        await _reading.WaitAsync(cancel);
        return _process.ExitCode;
    }

    public async Task Stop(TimeProvider time)
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(ILocalHosts.Patience, time);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(); // its agents die with it
        }
    }

    public void Dispose() => _process.Dispose();

    private void TakeOutput(string text)
    {
        if (text.StartsWith(LocalHostsContract.Ready, StringComparison.Ordinal))
        {
            _ready.TrySetResult(true);
        }
    }

    private async Task Read(StreamReader reader, Action<string> take)
    {
        await foreach (string line in BoundedLines.Read(reader, ILocalHosts.LongestLine))
        {
            take(line);
        }

        if (reader == _process.StandardOutput)
        {
            _ready.TrySetResult(false);
        }
    }
}
