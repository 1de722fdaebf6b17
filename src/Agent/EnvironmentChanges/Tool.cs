using System.ComponentModel;
using System.Diagnostics;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Agent.EnvironmentChanges;

/// <summary>What a program said.</summary>
/// <param name="Output">Its standard output; null where it could not be started or failed.</param>
/// <param name="Trouble">Its standard error in one line (<see cref="Message.Verbatim"/>), or why it could not be run to its end; null where it
/// succeeded.</param>
internal readonly record struct ToolResult(string? Output, Message? Trouble)
{
    public bool Succeeded => Trouble is null;
}

/// <summary>A program of the system, nft or tc: run to its end.</summary>
/// <param name="name">Its name.</param>
internal sealed class Tool(string name)
{
    private const int MaxTrouble = 400;
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(20);

    /// <summary>The file; null where there is none. It lies where an ordinary user's PATH does not look.</summary>
    public string? Path { get; } =
        (System.Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Concat(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Where(d => d.StartsWith('/'))
            .Select(d => System.IO.Path.Combine(d, name))
            .FirstOrDefault(File.Exists);

    public ToolResult Run(IEnumerable<string> arguments, string input = "")
    {
        if (Path is null)
            return new(null, Message.Of(AgentCodes.ToolMissing, ("tool", name)));
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(),
                errors = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            if (!process.WaitForExit(AtMost))
            {
                process.Kill();
                process.WaitForExit();
                return new(null, Message.Of(AgentCodes.ToolTooSlow, ("tool", name), ("limit", AtMost.TotalSeconds)));
            }
            string trouble = errors.Result.ReplaceLineEndings(" ").Trim();
            return process.ExitCode == 0
                ? new(output.Result, null)
                : new(null, trouble.Length == 0 ? Message.Of(AgentCodes.ToolFailed, ("tool", name), ("exit", process.ExitCode)) : Said(trouble));
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new(null, Said(e.Message));
        }
    }

    private static Message Said(string text) => Message.Of(Message.Verbatim, ("text", text.Length > MaxTrouble ? text[..MaxTrouble] : text));
}
