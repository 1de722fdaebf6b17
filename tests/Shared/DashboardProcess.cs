using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ReuseAddrDashboard.Tests.Shared;

/// <summary>A dashboard as a process of its own, which may be ended and started again.</summary>
/// <param name="port">Where it listens; null for any free port.</param>
internal sealed partial class DashboardProcess(int? port = null) : IAsyncDisposable
{
    public const int Sigint = 2,
        Sigkill = 9,
        Sigterm = 15,
        Sigcont = 18,
        Sigstop = 19;

    private const int LongestLog = 200_000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120),
        StopLimit = TimeSpan.FromSeconds(30);
    private readonly StringBuilder _log = new();
    private Process? _process;

    /// <summary>Where the page is.</summary>
    public string Url { get; } = $"http://127.0.0.1:{port ?? DashboardPorts.Next()}";

    public int Id => _process!.Id;

    /// <summary>What it printed so far, or the last of it.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts it, and waits until it is up.</summary>
    /// <param name="command">The program and its arguments but <c>--urls</c>.</param>
    /// <param name="directory">Its current directory.</param>
    /// <param name="up">Whether it is; asked again and again.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="with">Changes what it is started with.</param>
    public async Task Start(
        IReadOnlyList<string> command,
        string directory,
        Func<CancellationToken, Task<bool>> up,
        CancellationToken cancel,
        Action<ProcessStartInfo>? with = null
    )
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "--urls", Url])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        with?.Invoke(start);
        _process?.Dispose();
        _process = Process.Start(start) ?? throw new InvalidOperationException("The dashboard did not start.");
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Until(up, cancel);
    }

    /// <summary>Waits until something is so; fails where the dashboard ends before, or takes too long.</summary>
    public async Task Until(Func<CancellationToken, Task<bool>> holds, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartLimit);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (true)
            {
                if (_process!.HasExited)
                    throw new InvalidOperationException($"The dashboard ended with {_process.ExitCode}:\n{Log}");
                if (await Holds(holds, limit.Token))
                    return;
                await tick.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"Wedged: the dashboard does not answer, or its hosts do not come.\n{Log}");
        }
    }

    /// <summary>Sends it a signal, and waits for its end.</summary>
    public async Task End(int signal)
    {
        Process process = _process ?? throw new InvalidOperationException("The dashboard was not started.");
        _ = Kill(process.Id, signal); // It may just have ended.
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The dashboard did not end within {StopLimit.TotalSeconds} s of signal {signal}:\n{Log}");
        }
    }

    /// <summary>Ends it in order, where it still runs. By SIGTERM: SIGINT is ignored in what a shell runs in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await End(Sigterm);
        _process?.Dispose();
    }

    /// <summary>kill(2).</summary>
    /// <returns>True where there was such a process.</returns>
    public static bool Signal(int process, int signal) => Kill(process, signal) == 0;

    private static async Task<bool> Holds(Func<CancellationToken, Task<bool>> holds, CancellationToken cancel)
    {
        try
        {
            return await holds(cancel);
        }
        catch (HttpRequestException)
        {
            return false; // It does not listen yet.
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
            if (_log.Length > LongestLog)
                _log.Remove(0, LongestLog / 2);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
