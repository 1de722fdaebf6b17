using System.Diagnostics;
using Xunit;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>Compiles and runs a small C program: what it prints is what the machine's headers and libc say.</summary>
internal static class CProgram
{
    public static string[] Run(string source)
    {
        string directory = Directory.CreateTempSubdirectory("reuseaddr-c-").FullName;
        try
        {
            string file = Path.Combine(directory, "p.c"),
                program = Path.Combine(directory, "p");
            File.WriteAllText(file, source);
            Tool("gcc", "-o", program, file);
            return Tool(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    public static string Tool(string name, params string[] args)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(name, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{name} {string.Join(' ', args)}: {error.Result}");
            return output;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Fail($"{name} cannot be started ({e.Message}); ./test.sh installs what the tests need: gcc and libc6-dev, iproute2, strace.");
            throw;
        }
    }
}
