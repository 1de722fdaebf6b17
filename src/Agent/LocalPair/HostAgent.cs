using System.ComponentModel;
using System.Diagnostics;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalPair;

/// <summary>Keeps the agent of one host: starts it from the host's thread, so that it is born in the host's namespace, and starts it again when it ends.</summary>
internal sealed class HostAgent(LocalHost host, HostThread thread, string dashboard, TimeProvider time, TextWriter log)
{
    private const int SIGTERM = 15;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>An agent that lived so long is taken for sound: the pauses start over.</summary>
    private static readonly TimeSpan s_sound = TimeSpan.FromSeconds(10);

    /// <summary>How long an agent may take to end by itself.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the agent has been started for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Keeps the agent until <paramref name="end"/>; returns when it has ended for good.</summary>
    public async Task Keep(CancellationToken end)
    {
        TimeSpan pause = s_firstPause;
        while (!end.IsCancellationRequested)
        {
            long start = time.GetTimestamp();
            string ending = await Once(end);
            if (end.IsCancellationRequested)
            {
                return;
            }

            pause = time.GetElapsedTime(start) > s_sound ? s_firstPause : pause;
            log.WriteLine($"{LocalPairContract.KeeperLine}agent {host.Name} {ending}; starting it again in {pause.TotalSeconds:0.0} s");
            await Task.Delay(pause, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private async Task<string> Once(CancellationToken end)
    {
        Process process;
        try
        {
            process = await thread.Run(Start);
        }
        catch (Win32Exception e)
        {
            return $"could not be started: {e.Message}";
        }

        using (process)
        {
            process.StandardInput.Close();
            _started.TrySetResult();
            try
            {
                await process.WaitForExitAsync(end);
            }
            catch (OperationCanceledException)
            {
                await End(process);
            }

            return $"ended with exit code {process.ExitCode}";
        }
    }

    private Process Start()
    {
        ProcessStartInfo start = OwnProgram.Again(host.Arguments(dashboard, Environment.ProcessId));
        start.RedirectStandardInput = true; // the keeper's own says when the Server is gone: nobody else may hold it
        return Process.Start(start) ?? throw new Win32Exception("no process was started");
    }

    private async Task End(Process process)
    {
        // ESRCH means that it has just ended: as wanted.
        _ = Libc.Kill(process.Id, SIGTERM);
        using var patience = new CancellationTokenSource(s_patience, time);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
