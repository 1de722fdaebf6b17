namespace ReuseAddrDashboard.Agent.Link;

/// <summary>
/// What the agent shows a dashboard on another machine. Read anew for each connection, so that a key may be made or changed while the agent runs.
/// </summary>
internal sealed class AgentKey
{
    /// <summary>The environment variable that may hold the key.</summary>
    public const string Variable = "REUSEADDR_AGENT_KEY";

    private const int MaxFile = 1024;
    private readonly string? _key,
        _file;

    private AgentKey(string? key, string? file) => (_key, _file) = (key, file);

    /// <summary>None: over the dashboard's private socket none is needed.</summary>
    public static AgentKey None { get; } = new(null, null);

    public static AgentKey In(string file) => new(null, file);

    public static AgentKey Of(string key) => new(key, null);

    /// <summary>The key; null for none.</summary>
    /// <exception cref="IOException">The file cannot be read; the message says which and why.</exception>
    public string? Read()
    {
        if (_file is null)
            return _key;
        try
        {
            using FileStream file = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length is 0 or > MaxFile)
                throw new IOException($"{_file} holds no key.");
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Trim();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"The key file {_file} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Without the key.</summary>
    public override string ToString() => _file ?? (_key is null ? "none" : "given");
}
