namespace ReuseAddrDashboard.Server.Options;

/// <summary>Settings that were given by names of their own: options, or REUSEADDR_ variables.</summary>
internal sealed class NamedSettings : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="given">The key, the value, and the name by which it was given.</param>
    public NamedSettings(IEnumerable<(string Key, string Value, string Name)> given)
    {
        foreach ((string key, string value, string name) in given)
        {
            Data[key] = value;
            _names[key] = name;
        }
    }

    public string Name(string key) => _names.GetValueOrDefault(key, key);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
