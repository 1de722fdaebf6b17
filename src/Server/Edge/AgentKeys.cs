using System.Security.Cryptography;
using System.Text;
using ReuseAddrDashboard.Server.Labs;
using ReuseAddrDashboard.Server.Options;

namespace ReuseAddrDashboard.Server.Edge;

/// <summary>
/// What agents that join over the network show: a key for each role, made by the dashboard and kept in a file of its own that the owner takes to the host.
/// Whoever has a role's key takes that seat and no other.
/// </summary>
internal sealed class AgentKeys(DashboardOptions options, LabSetups setups)
{
    /// <summary>Octets of a key: too many to be guessed.</summary>
    private const int Size = 32;

    private const int MaxFile = 1024;

    /// <summary>Where the keys are: <c>DIRECTORY/ROLE</c>.</summary>
    public string Path { get; } = options.AgentKeys is { Length: > 0 } given ? given : System.IO.Path.Combine(options.Data, "agent-keys");

    public IEnumerable<(string Role, string File)> Files =>
        setups.All.SelectMany(l => l.Hosts).Distinct().Select(role => (role, System.IO.Path.Combine(Path, role)));

    /// <summary>Makes the keys that are not there yet.</summary>
    /// <exception cref="InvalidDataException">They cannot be written; the message says what to do.</exception>
    public void Make()
    {
        try
        {
            if (!Directory.Exists(Path))
                DataDirectory.Make(Path);
            // A directory that its owner opened to others is one that hands the keys on, to containers that mount it.
            UnixFileMode mode =
                UnixFileMode.UserRead
                | UnixFileMode.UserWrite
                | (File.GetUnixFileMode(Path).HasFlag(UnixFileMode.OtherExecute) ? UnixFileMode.GroupRead | UnixFileMode.OtherRead : 0);
            foreach ((_, string file) in Files.Where(f => !File.Exists(f.File)))
            {
                string half = $"{file}.{RandomNumberGenerator.GetHexString(8)}";
                using (
                    var stream = new FileStream(
                        half,
                        new FileStreamOptions
                        {
                            Mode = FileMode.Create,
                            Access = FileAccess.Write,
                            UnixCreateMode = mode,
                        }
                    )
                )
                {
                    stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Size)) + "\n"));
                }
                // Nobody reads half a key, and where two dashboards share the directory the first one's counts.
                try
                {
                    File.Move(half, file);
                }
                catch (IOException) when (File.Exists(file))
                {
                    File.Delete(half);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The agents' keys cannot be written to {Path} ({e.Message}). Name another directory with --agent-keys.", e);
        }
    }

    /// <summary>True for a role that has a key.</summary>
    public bool Has(string role) => Files.Any(f => f.Role == role);

    /// <summary>True for the key of that role. How long it takes says nothing of the key.</summary>
    public bool Fits(string role, string? shown)
    {
        if (string.IsNullOrEmpty(shown) || Files.FirstOrDefault(f => f.Role == role).File is not { } file)
            return false;
        try
        {
            if (new FileInfo(file).Length is 0 or > MaxFile)
                return false;
            return CryptographicOperations.FixedTimeEquals(Hash(File.ReadAllText(file).Trim()), Hash(shown));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
