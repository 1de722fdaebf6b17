using System.Diagnostics;
using System.Globalization;

namespace ReuseAddrDashboard.Server.Tests.RealHosts;

/// <summary>A network namespace for one host. It has no name: it ends with the process that holds it, which ends with this one.</summary>
internal sealed class HostNamespace : IDisposable
{
    private const string Hold =
        "echo 1024 >/proc/sys/net/ipv4/tcp_child_ehash_entries; exec unshare --net sh -c 'echo 65536 >/proc/sys/net/ipv4/tcp_max_tw_buckets; ip link set lo up; echo ready; exec cat'";

    private readonly Process _holder;

    public HostNamespace()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        _holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", Hold]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", _holder.StandardOutput.ReadLine());
    }

    public string Pid => _holder.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>By which the kernel names the namespace.</summary>
    public string Inode => Run("stat", "-L", "-c", "%i", "/proc/self/ns/net").Trim();

    /// <summary>What to put before a command to run it inside.</summary>
    public string[] Enter => ["nsenter", $"--net=/proc/{Pid}/ns/net", "--"];

    /// <summary>Starts a program inside.</summary>
    public Process Start(params string[] command) =>
        Process.Start(
            new ProcessStartInfo("nsenter", [.. Enter[1..], .. command])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    /// <summary>Runs a program inside to its end, and returns what it printed.</summary>
    public string Run(params string[] command)
    {
        using Process process = Start(command);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {error.Result}");
        return output;
    }

    public void Dispose()
    {
        _holder.StandardInput.Close();
        if (!_holder.WaitForExit(2000))
            _holder.Kill();
        _holder.Dispose();
    }
}
