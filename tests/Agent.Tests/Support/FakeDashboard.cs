using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Tests.Support;

/// <summary>What survives a restart of the dashboard: the items by number, and how each hello and report is answered.</summary>
public sealed class Ledger
{
    /// <summary>As long as a machine that does much else may stand still.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Channel<AgentItem> _new = Channel.CreateUnbounded<AgentItem>();
    private readonly List<AgentItem> _items = [];

    public ConcurrentQueue<AgentHello> Hellos { get; } = new();

    /// <summary>Those that came so far, in order.</summary>
    public IReadOnlyList<AgentItem> Items
    {
        get
        {
            lock (_items)
                return [.. _items];
        }
    }

    public int Doubles { get; private set; }

    public Message? Refuse { get; set; }

    /// <summary>The runs that the welcome says are open.</summary>
    public IReadOnlyList<string> Runs { get; set; } = [];

    /// <summary>Sent while the hello is still being answered; null for none.</summary>
    public AgentOrder? OrderBeforeWelcome { get; set; }

    /// <summary>So many reports are taken, and then the link is cut before the answer.</summary>
    public int CutAfterTaking { get; set; }

    public Channel<string> Joined { get; } = Channel.CreateUnbounded<string>();

    public IAsyncEnumerable<AgentItem> New => _new.Reader.ReadAllAsync();

    public long Take(AgentReport report, out bool cut)
    {
        lock (_items)
        {
            cut = CutAfterTaking > 0;
            CutAfterTaking -= cut ? 1 : 0;
            foreach (AgentItem item in report.Items)
            {
                if (item.Number <= Held)
                {
                    Doubles++;
                    continue;
                }
                _items.Add(item);
                _new.Writer.TryWrite(item);
            }
            return Held;
        }
    }

    public long Held
    {
        get
        {
            lock (_items)
                return _items.Count == 0 ? 0 : _items[^1].Number;
        }
    }

    /// <summary>Every item that comes until the order has ended, that end included.</summary>
    public async Task<IReadOnlyList<AgentItem>> Until(long order)
    {
        var items = new List<AgentItem>();
        using var limit = new CancellationTokenSource(Patience);
        await foreach (AgentItem item in _new.Reader.ReadAllAsync(limit.Token))
        {
            items.Add(item);
            if (item.Done && item.OrderId == order)
                return items;
        }
        throw new InvalidOperationException("The items ended.");
    }
}

public sealed class TestAgentHub(Ledger ledger) : Hub<IAgentClient>, IAgentHub
{
    public async Task<AgentWelcome> Hello(AgentHello hello)
    {
        ledger.Hellos.Enqueue(hello);
        Message? refuse = ledger.Refuse;
        if (ledger.OrderBeforeWelcome is { } order)
            await Clients.Caller.CarryOut(order);
        if (refuse is null)
            ledger.Joined.Writer.TryWrite(Context.ConnectionId);
        return new AgentWelcome(refuse, ledger.Held, ledger.Runs);
    }

    public Task<long> Report(AgentReport report)
    {
        long held = ledger.Take(report, out bool cut);
        if (cut)
            Context.Abort();
        return Task.FromResult(held);
    }
}

/// <summary>A dashboard of which only the agents' hub is there, in this process.</summary>
public sealed class FakeDashboard : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeDashboard(WebApplication app, Ledger ledger, string address) => (_app, Ledger, Address) = (app, ledger, address);

    public Ledger Ledger { get; }

    /// <summary>For --dashboard.</summary>
    public string Address { get; }

    public static async Task<FakeDashboard> Start(Ledger? ledger = null, string? unixPath = null, int port = 0)
    {
        ledger ??= new Ledger();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            if (unixPath is not null)
                k.ListenUnixSocket(unixPath);
            else
                k.Listen(System.Net.IPAddress.Loopback, port);
        });
        builder.Services.AddSingleton(ledger);
        builder
            .Services.AddSignalR(o => o.MaximumReceiveMessageSize = HubLimits.AgentMessage)
            .AddJsonProtocol(o =>
            {
                o.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
                o.PayloadSerializerOptions.AllowOutOfOrderMetadataProperties = true;
            });
        WebApplication app = builder.Build();
        app.MapHub<TestAgentHub>(HubPaths.Agent);
        await app.StartAsync();
        string address = unixPath is not null
            ? $"unix:{unixPath}"
            : app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new FakeDashboard(app, ledger, address);
    }

    /// <summary>The agent that joins next.</summary>
    public async Task<IAgentClient> Agent()
    {
        using var limit = new CancellationTokenSource(Ledger.Patience);
        string id = await Ledger.Joined.Reader.ReadAsync(limit.Token);
        return _app.Services.GetRequiredService<IHubContext<TestAgentHub, IAgentClient>>().Clients.Client(id);
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
