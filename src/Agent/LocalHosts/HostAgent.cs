using System.ComponentModel;
using System.Diagnostics;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>
/// Keeps the agent of one host: starts it from the host's thread, so that it is born in the host's namespace, and starts it again when it ends.
/// </summary>
internal sealed class HostAgent(LocalHost host, HostThread thread, string dashboard, TimeProvider time, TextWriter log)
{
    /// <summary>An agent that lived so long is taken for sound: the pauses start over.</summary>
    private static readonly TimeSpan Sound = TimeSpan.FromSeconds(10);

    /// <summary>How long an agent may take to end by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the agent has been started for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Keeps the agent until <paramref name="end"/>; returns when it has ended for good.</summary>
    public async Task Keep(CancellationToken end)
    {
        var pauses = new BackOff(Random.Shared);
        while (!end.IsCancellationRequested)
        {
            long start = time.GetTimestamp();
            string ending = await Once(end);
            if (end.IsCancellationRequested)
                return;

            if (time.GetElapsedTime(start) > Sound)
                pauses.Reset();
            TimeSpan pause = pauses.Next();
            log.WriteLine($"{LocalHostsContract.OwnLine}agent {host.Name} {ending}; restarting it in {pause.TotalSeconds:0.0} s");
            await Task.Delay(pause, time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
        ProcessStartInfo start = OwnProgram.Again(host.Arguments(dashboard, Environment.ProcessId, host.Rows is null ? NetworkNamespace.Inode() : 0));
        start.RedirectStandardInput = true; // this program's own says when the Server is gone: nobody else may hold it
        return Process.Start(start) ?? throw new Win32Exception("no process was started");
    }

    private async Task End(Process process)
    {
        // ESRCH means that it has just ended: as wanted.
        _ = Libc.Kill(process.Id, Constants.SIGTERM);
        using var patience = new CancellationTokenSource(Patience, time);
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
