using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>
/// Where settings come from. What comes later counts more: appsettings.json, appsettings.ENVIRONMENT.json, the file of --config, the environment, REUSEADDR_
/// variables, the command line.
/// </summary>
internal static class DashboardConfiguration
{
    /// <summary>A builder of the dashboard with everything that it is told.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read; the message names it.</exception>
    public static WebApplicationBuilder Builder(CommandLine line)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            AddTo(builder.Configuration, line, Environment.GetEnvironmentVariable);
            return builder;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The one from JSON says in which file, the first cause in which line.
            throw new InvalidDataException(e.GetBaseException() is var cause && cause != e ? $"{e.Message} {cause.Message}" : e.Message, e);
        }
    }

    /// <param name="configuration">What ASP.NET Core has put together, or nothing.</param>
    /// <param name="line">The command line.</param>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    public static void AddTo(IConfigurationManager configuration, CommandLine line, Func<string, string?> environment)
    {
        Setting config = Settings.OfKey(Settings.ConfigKey)!;
        string? file = line.Given.Where(g => g.Key == config.Key).Select(g => g.Value).FirstOrDefault() ?? environment(config.Variable);
        if (File.Exists(file))
            configuration.Sources.Insert(BeforeEnvironment(configuration.Sources), JsonFile(Path.GetFullPath(file)));
        configuration.Sources.Add(
            new NamedSettings(
                from setting in Settings.All
                let value = environment(setting.Variable)
                where value is { Length: > 0 }
                select (setting.Key, value, setting.Variable)
            )
        );
        configuration.Sources.Add(new NamedSettings(line.Given));
    }

    private static JsonConfigurationSource JsonFile(string path)
    {
        var source = new JsonConfigurationSource { Path = path, Optional = false };
        source.ResolveFileProvider();
        return source;
    }

    // The last one without a prefix is that of all variables; those with one are the host's own and come first.
    private static int BeforeEnvironment(IList<IConfigurationSource> sources)
    {
        for (int i = sources.Count - 1; i >= 0; i--)
        {
            if (sources[i] is EnvironmentVariablesConfigurationSource { Prefix: null or "" })
                return i;
        }
        return sources.Count;
    }
}
