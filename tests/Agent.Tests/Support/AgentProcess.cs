using System.Diagnostics;
using System.Reflection;
using ReuseAddrDashboard.Agent.Programs;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>The agent as a process of its own.</summary>
internal sealed class AgentProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];

    private AgentProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_log)
                _log.Add(e.Data ?? "");
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Names another build of the program to test, NativeAOT or a single file; unset for the one just built.</summary>
    public const string Variable = "REUSEADDR_AGENT_PROGRAM";

    private static readonly string[] Program = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } other
        ? [other]
        : ["dotnet", typeof(AgentProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "AgentProgram").Value!];

    /// <summary>Put before a command, it runs as root without a single capability.</summary>
    public static readonly string[] NoRights = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"];

    // Tests' connections are on loopback, whatever address the agent announces.
    private static readonly string[] OnLoopback = ["--allow", "127.0.0.0/8,::1"];

    /// <summary>How a test's own agent starts a process that holds sockets.</summary>
    public static HoldCommand Hold() => Program.Length == 1 ? HoldCommand.Of(Program[0]) : HoldCommand.Of(DotNet(), Program[1]);

    public int Id => _process.Id;

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <param name="args">The agent's arguments.</param>
    /// <param name="before">A program and its arguments to start the agent with: strace, unshare.</param>
    public static AgentProcess Start(IEnumerable<string> args, params string[] before)
    {
        string[] line = [.. before, .. Program, .. args, .. OnLoopback];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        return new AgentProcess(Process.Start(start)!);
    }

    // posix_spawn(3) looks for no program.
    private static string DotNet() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "dotnet")).First(File.Exists);

    /// <summary>Copies the agent into a directory and returns the file to execute.</summary>
    public static string CopyTo(string directory)
    {
        string program = Program.Length == 1 ? Program[0] : Path.ChangeExtension(Program[1], null);
        foreach (string file in Program.Length == 1 ? [program] : Directory.GetFiles(Path.GetDirectoryName(program)!))
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        return Path.Combine(directory, Path.GetFileName(program));
    }

    /// <summary>Starts a copy of it.</summary>
    public static AgentProcess StartCopy(string program, IEnumerable<string> args) =>
        new(Process.Start(new ProcessStartInfo(program, [.. args, .. OnLoopback]) { RedirectStandardError = true, RedirectStandardOutput = true })!);

    /// <summary>Runs the agent to its end.</summary>
    public static Task<(int Code, string Out, string Error)> Run(params string[] args) => RunUnder([], args);

    /// <summary>Runs the agent to its end.</summary>
    /// <param name="before">A program and its arguments to start the agent with: <see cref="NoRights"/>.</param>
    /// <param name="args">The agent's arguments.</param>
    public static async Task<(int Code, string Out, string Error)> RunUnder(string[] before, params string[] args)
    {
        string[] line = [.. before, .. Program, .. args];
        using Process process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <param name="signal">TERM.</param>
    /// <param name="pid">The agent's own id where another program started it; null for the process started.</param>
    public void Signal(string signal, int? pid = null)
    {
        using Process kill = Process.Start("kill", ["-s", signal, (pid ?? Id).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<int> Ended()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
