using System.Globalization;
using System.Net.Http.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Tests.Shared;

namespace ReuseAddrDashboard.Faults;

/// <summary>The dashboard as a process of its own, which is killed and started again on the same address and data.</summary>
/// <param name="place">A directory of the test's own: data, and where processes put what lives as long as they.</param>
internal sealed class Dashboard(string place) : IAsyncDisposable
{
    /// <summary>What <see cref="Hosts"/> calls the process that has the hosts.</summary>
    public const string Keeper = "keeper";

    private readonly DashboardProcess _process = new();

    public string Url => _process.Url;

    public string Data { get; } = Directory.CreateDirectory(Path.Combine(place, "data")).FullName;

    /// <summary>The temporary directory and XDG_RUNTIME_DIR of all its processes.</summary>
    public string Temporary { get; } = Directory.CreateDirectory(Path.Combine(place, "tmp")).FullName;

    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    public string Log => _process.Log;

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    public Task Start(CancellationToken cancel) =>
        _process.Start(
            [
                "dotnet",
                "exec",
                Path.Combine(AppContext.BaseDirectory, "ReuseAddrDashboard.Server.dll"),
                "--data",
                Data,
                "--hosts",
                "namespaces",
                "--keep-runs",
                "50",
            ],
            place,
            HostsAreThere,
            cancel,
            start =>
            {
                start.Environment["TMPDIR"] = Temporary;
                start.Environment["XDG_RUNTIME_DIR"] = Temporary;
            }
        );

    /// <summary>Waits until both hosts take orders.</summary>
    public Task UntilReady(CancellationToken cancel) => _process.Until(HostsAreThere, cancel);

    /// <summary>The lab; null while it does not answer.</summary>
    public async Task<LabState?> Lab(CancellationToken cancel)
    {
        try
        {
            return (await Http.GetFromJsonAsync(Url + "/api/labs", WireJson.Default.IReadOnlyListLabState, cancel))![0];
        }
        catch (Exception e)
            when (e is HttpRequestException or System.Text.Json.JsonException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    public async Task<RunFile?> Run(string id, CancellationToken cancel)
    {
        using HttpResponseMessage answer = await Http.GetAsync($"{Url}/api/runs/{id}", cancel);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(WireJson.Default.RunFile, cancel) : null;
    }

    /// <summary>Asks something of the API; null when it did not answer.</summary>
    public async Task<HttpResponseMessage?> Post(string path, object? body, CancellationToken cancel)
    {
        try
        {
            return body is null ? await Http.PostAsync(Url + path, null, cancel) : await Http.PostAsJsonAsync(Url + path, body, cancel);
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Kills it, or has it end, and waits until it is gone.</summary>
    public Task End(int signal) => _process.End(signal);

    /// <summary>A host's agent; 0 while there is none.</summary>
    public int Agent(string role) => Hosts().FirstOrDefault(h => h.Role == role).Id;

    /// <summary>The socket on which it listens for its agents; null while there is none.</summary>
    public string? AgentSocket() => Directory.EnumerateFiles(Temporary, LocalHostsContract.SocketFile, SearchOption.AllDirectories).FirstOrDefault();

    /// <summary>Its descriptors of the connections to its agents. An accepted socket is in the network namespace of the one that connected.</summary>
    public IReadOnlyList<int> AgentLinks()
    {
        string path = AgentSocket() ?? "none";
        HashSet<string> sockets =
        [
            .. from host in Hosts()
            where host.Role != Keeper
            from line in Lines($"/proc/{host.Id}/net/unix")
            let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where fields is [_, _, _, _, _, "03", _, _] && fields[7] == path
            select $"socket:[{fields[6]}]",
        ];
        return
        [
            .. from link in Directory.EnumerateFiles($"/proc/{Id}/fd")
            where sockets.Contains(new FileInfo(link).LinkTarget ?? "")
            select int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture),
        ];
    }

    /// <summary>Processes of its local hosts: the one that keeps them and the agents, by their command lines.</summary>
    public IReadOnlyList<(int Id, string Role)> Hosts()
    {
        string own = $"/reuseaddr-dashboard-{Id}-";
        var found = new List<(int, string)>();
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => char.IsDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                string[] command = File.ReadAllText(Path.Combine(directory, "cmdline")).Split('\0');
                if (!command.Any(c => c.Contains(own, StringComparison.Ordinal)) || !command[0].EndsWith("reuseaddr-agent", StringComparison.Ordinal))
                    continue;
                int name = Array.IndexOf(command, "--name");
                found.Add((int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture), name >= 0 ? command[name + 1] : Keeper));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended.
            }
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Http.Dispose();
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return []; // The process has ended.
        }
    }

    private async Task<bool> HostsAreThere(CancellationToken cancel) => (await Lab(cancel))?.Hosts.All(h => h.Connected) == true;
}
