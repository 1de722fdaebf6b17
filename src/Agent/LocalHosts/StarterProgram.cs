using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.LocalHosts;

/// <summary>
/// <c>reuseaddr-agent local-hosts-starter</c>: starts local-hosts for a dashboard that has given its rights away, and ends with it. It takes lines on its
/// standard input: where the hosts shall be and the
/// dashboard's private directory, then <c>end</c>, then perhaps <c>kill</c>. What local-hosts says goes straight to the dashboard.
/// </summary>
internal static class StarterProgram
{
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        // As local-hosts: away from the terminal's Ctrl-C, it ends after the dashboard.
        _ = Libc.SetSid();
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using PosixSignalRegistration hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        Process? hosts = null;
        while (Console.In.ReadLine() is { } line)
        {
            switch (line.Split('\t'))
            {
                case [LocalHostsContract.StartHosts, var where, var directory]:
                    hosts = Start(where, directory);
                    break;
                case [LocalHostsContract.EndHosts]:
                    hosts?.StandardInput.Close();
                    break;
                case [LocalHostsContract.KillHosts]:
                    hosts?.Kill();
                    break;
                default:
                    Console.Error.WriteLine($"{LocalHostsContract.OwnLine}the starter takes start, end and kill.");
                    break;
            }
        }
        hosts?.StandardInput.Close();
        hosts?.WaitForExit();
        return 0;
    }

    private static Process? Start(string where, string directory)
    {
        string socket = "unix:" + Path.Combine(directory, LocalHostsContract.SocketFile);
        ProcessStartInfo start = OwnProgram.Again([
            LocalHostsContract.Command,
            "--dashboard",
            socket,
            "--directory",
            directory,
            "--mode",
            where == LocalHostsContract.Loopback ? LocalHostsContract.Loopback : LocalHostsContract.Namespaces,
        ]);
        if (where == LocalHostsContract.UserNamespace)
        {
            string program = start.FileName;
            start.FileName = LocalHostsContract.UserNamespaceWrapper[0];
            foreach (string word in LocalHostsContract.UserNamespaceWrapper.Skip(1).Append(program).Reverse())
                start.ArgumentList.Insert(0, word);
        }
        // It knows by its end that the dashboard has ended, or does not want it any more.
        start.RedirectStandardInput = true;
        try
        {
            Process process = Process.Start(start)!;
            Console.Out.WriteLine(LocalHostsContract.Started + process.Id.ToString(CultureInfo.InvariantCulture));
            process.Exited += (_, _) => Ended(process.ExitCode);
            process.EnableRaisingEvents = true;
            return process;
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine(LocalHostsContract.OwnLine + e.Message);
            Ended(-1);
            return null;
        }
    }

    // On both: whoever reads either has then read all that local-hosts said there.
    private static void Ended(int exit)
    {
        string line = LocalHostsContract.Ended + exit.ToString(CultureInfo.InvariantCulture);
        Console.Error.WriteLine(line);
        Console.Out.WriteLine(line);
    }
}
