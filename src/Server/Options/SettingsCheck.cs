using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Serilog.Events;

namespace ReuseAddrDashboard.Server.Options;

/// <summary>
/// What is wrong with the configuration: everything at once, each with the name by which it was given and what to give instead. Nothing is bound before it
/// found nothing.
/// </summary>
internal static class SettingsCheck
{
    private const string LogOverridesKey = "Serilog:MinimumLevel:Override",
        LogDefaultKey = "Serilog:MinimumLevel:Default";

    private static readonly string[] Sections =
    [
        .. Settings.All.Select(s => s.Key.Split(':')[0]).Where(s => s is not (Settings.UrlsKey or Settings.ConfigKey or "Serilog")).Distinct(),
    ];

    public static IReadOnlyList<string> Faults(IConfigurationRoot configuration)
    {
        var faults = new List<string>();
        foreach (Setting setting in Settings.All)
        {
            if (configuration[setting.Key] is not { } value)
                continue;
            string name = Name(configuration, setting.Key);
            // ASPNETCORE_URLS= is how an image or a hosting tool says that it gives none.
            if (value.Length > 0 || !(setting.MayBeEmpty || (setting.Key == Settings.UrlsKey && !name.StartsWith("--", StringComparison.Ordinal))))
                faults.AddRange(setting.Faults(name, value));
        }
        foreach (IConfigurationSection unknown in Sections.SelectMany(s => configuration.GetSection(s).GetChildren()))
        {
            if (Settings.OfKey(unknown.Path) is not { } setting)
                faults.Add($"{Name(configuration, unknown.Path)} is no setting. {unknown.Path.Split(':')[0]} has: {string.Join(", ", Known(unknown.Path))}.");
            else if (unknown.GetChildren().Any())
                faults.Add($"{Name(configuration, unknown.GetChildren().First().Path)}: {unknown.Path} is one text. It takes {setting.Takes}.");
        }
        faults.AddRange(ListenAddress.KestrelFaults(configuration, key => Name(configuration, key)));
        faults.AddRange(LogFaults(configuration));
        faults.AddRange(Otlp.Faults(configuration));
        return faults;
    }

    /// <summary>The name by which a value was given: the option, the variable, or the key and where it stands.</summary>
    public static string Name(IConfigurationRoot configuration, string key)
    {
        foreach (IConfigurationProvider provider in configuration.Providers.Reverse())
        {
            if (!provider.TryGet(key, out _))
                continue;
            return provider switch
            {
                NamedSettings named => named.Name(key),
                JsonConfigurationProvider { Source.Path: { } file } => $"{key} ({file})",
                EnvironmentVariablesConfigurationProvider => key.Replace(":", "__", StringComparison.Ordinal),
                _ => key,
            };
        }
        return key;
    }

    private static IEnumerable<string> Known(string path) =>
        Settings.All.Where(s => s.Key.StartsWith(path.Split(':')[0] + ":", StringComparison.OrdinalIgnoreCase)).Select(s => s.Key.Split(':')[1]);

    private static IEnumerable<string> LogFaults(IConfigurationRoot configuration)
    {
        IEnumerable<IConfigurationSection> levels = [configuration.GetSection(LogDefaultKey), .. configuration.GetSection(LogOverridesKey).GetChildren()];
        return levels.Where(l => l.Value is { Length: > 0 }).SelectMany(l => Checks.Word<LogEventLevel>(lower: false)(Name(configuration, l.Path), l.Value!));
    }
}
