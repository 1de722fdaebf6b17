using System.Diagnostics;
using Xunit;

namespace ReuseAddrDashboard.EndToEnd;

/// <summary>A package of npm's, taken apart: tools that others wrote, to open what the dashboard exports.</summary>
internal static class NpmPackage
{
    /// <summary>A file of a package.</summary>
    /// <param name="package">Name and version.</param>
    /// <param name="file">Its path within the package.</param>
    public static async Task<string> File(string package, string file)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("reuseaddr-npm-");
        Assert.SkipUnless(await Ends("npm", directory, "pack", "--silent", "--prefer-offline", package), $"npm cannot get {package} here.");
        Assert.True(await Ends("tar", directory, "xzf", Assert.Single(directory.GetFiles("*.tgz")).FullName), $"{package} cannot be taken apart.");
        string found = Path.Combine(directory.FullName, "package", file);
        Assert.True(System.IO.File.Exists(found), $"{package} has no {file}.");
        return found;
    }

    private static async Task<bool> Ends(string program, DirectoryInfo within, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    WorkingDirectory = within.FullName,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
