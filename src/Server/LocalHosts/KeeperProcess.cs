using System.ComponentModel;
using System.Diagnostics;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Server.LocalHosts;

/// <summary>One life of the keeper. Its standard input is a pipe that nobody writes to and that the kernel closes when the Server ends: that is how it knows.</summary>
internal sealed class KeeperProcess : IDisposable
{
    /// <summary>Longest line of the keeper or an agent that is passed on, in characters.</summary>
    private const int LongestLine = 400;

    /// <summary>How long the keeper may take to end by itself.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1.5);

    private readonly Process _process;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private volatile string? _lastLine;

    private KeeperProcess(Process process, Action<string> line)
    {
        _process = process;
        _reading = Task.WhenAll(Read(process.StandardOutput, TakeOutput), Read(process.StandardError, text =>
        {
            _lastLine = text;
            line(text);
        }));
    }

    public int Id => _process.Id;

    /// <summary>True when both agents are started; false when the keeper ended before.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>What it said last on stderr; null for nothing.</summary>
    public string? LastLine => _lastLine;

    /// <param name="line">Takes each line that the keeper and its agents write to stderr.</param>
    /// <returns>Null when the program cannot be started, with the reason.</returns>
    public static KeeperProcess? Start(KeeperPlan plan, AgentProgram program, PrivateDirectory directory, Action<string> line, out string? problem)
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
            return Process.Start(start) is { } process ? new KeeperProcess(process, line) : null;
        }
        catch (Win32Exception e)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <returns>The exit code.</returns>
    public async Task<int> Ended(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        await _reading.WaitAsync(cancel);
        return _process.ExitCode;
    }

    /// <summary>Closes its standard input, which ends it and both agents, and kills it when it takes too long.</summary>
    public async Task Stop(TimeProvider time)
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(s_patience, time);
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
        if (text.StartsWith(LocalPairContract.Ready, StringComparison.Ordinal))
        {
            _ready.TrySetResult(true);
        }
    }

    private async Task Read(StreamReader reader, Action<string> take)
    {
        await foreach (string line in BoundedLines.Of(reader, LongestLine))
        {
            take(line);
        }

        if (reader == _process.StandardOutput)
        {
            _ready.TrySetResult(false);
        }
    }
}
