using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReuseAddrDashboard.Agent.Kernel;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Agent.Link;

/// <summary>
/// The link to the dashboard: connects, says hello, takes orders and empties the outbox, for ever. A report is repeated until the server has acknowledged it.
/// </summary>
/// <param name="address">Where the dashboard is.</param>
/// <param name="key">What it shows the dashboard.</param>
/// <param name="instance">This start of the agent.</param>
/// <param name="facts">Reads the host anew for each hello.</param>
/// <param name="outbox">What is to be told.</param>
/// <param name="orders">Takes the orders.</param>
/// <param name="closeAfter">Everything of every run is closed once the link was away so long.</param>
/// <param name="time">Pauses and limits.</param>
/// <param name="logs">Where the link and SignalR log.</param>
internal sealed partial class ServerLink(
    DashboardAddress address,
    AgentKey key,
    string instance,
    Func<HostFacts> facts,
    Outbox outbox,
    IOrders orders,
    TimeSpan closeAfter,
    TimeProvider time,
    ILoggerFactory logs
)
{
    /// <summary>Pause after a hello that the server refused.</summary>
    public static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for an answer of the server.</summary>
    public static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);

    private readonly ILogger _log = logs.CreateLogger<ServerLink>();

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var pauses = new BackOff(Random.Shared);
        string? told = null;
        ITimer? away = null;
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                string? trouble = null;
                TimeSpan? pause = null;
                try
                {
                    string refused = await Once(
                        () =>
                        {
                            away?.Dispose();
                            (away, told) = (null, null);
                            pauses.Reset();
                        },
                        cancel
                    );
                    (trouble, pause) = ($"{address} refuses this agent: {refused}", RefusedPause);
                }
                catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    // Whatever ends the link, the answer is the same: say it once and try again.
                    trouble = e is OperationCanceledException ? $"The link to {address} was lost." : $"{address} cannot be reached: {e.Message}";
                }
                away ??= time.CreateTimer(_ => orders.CloseAll(new Message(AgentCodes.EndedWithLink)), null, closeAfter, Timeout.InfiniteTimeSpan);
                if (trouble is not null && trouble != told)
                    Log.Trouble(_log, told = trouble);
                await Task.Delay(pause ?? pauses.Next(), time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested) { }
        finally
        {
            away?.Dispose();
        }
    }

    // One connection until it is lost, which throws; or, when the server refuses this agent, why.
    private async Task<string> Once(Action joined, CancellationToken cancel)
    {
        // Orders may overtake the answer to the hello; they wait until what other runs left is being closed.
        var welcomed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Never disposed: the hub tells of its end on a thread of its own, which may be after this method's.
        var lost = new CancellationTokenSource();
        using CancellationTokenRegistration ends = cancel.Register(lost.Cancel);
        await using HubConnection hub = Build(welcomed.Task);
        hub.Closed += _ => lost.CancelAsync();
        try
        {
            await hub.StartAsync(cancel);
            AgentWelcome welcome = await Answer<AgentWelcome>(
                hub,
                nameof(IAgentHub.Hello),
                new AgentHello(AgentHello.CurrentProtocol, instance, facts()),
                lost.Token
            );
            if (welcome.Refused is { } refused)
                return TextCatalog.English[refused];
            joined();
            Log.Up(_log, address);
            outbox.Acknowledge(welcome.Acknowledged);
            orders.KeepOnly(welcome.Runs);
            welcomed.SetResult();
            return await PumpAsync(hub, lost.Token);
        }
        finally
        {
            // The hub's end waits for orders that are being taken.
            welcomed.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task<string> PumpAsync(HubConnection hub, CancellationToken lost)
    {
        while (true)
        {
            await outbox.WaitAsync(lost);
            IReadOnlyList<AgentItem> items = outbox.NextReport();
            long held = await Answer<long>(hub, nameof(IAgentHub.Report), new AgentReport(instance, items), lost);
            outbox.Acknowledge(held);
            if (held < items[^1].Number)
                throw new InvalidOperationException($"the server holds item {held} after it was sent {items[0].Number} to {items[^1].Number}");
        }
    }

    private async Task<T> Answer<T>(HubConnection hub, string method, object argument, CancellationToken lost)
    {
        using var late = new CancellationTokenSource(AnswerLimit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(lost, late.Token);
        return await hub.InvokeAsync<T>(method, argument, limit.Token);
    }

    private HubConnection Build(Task welcomed)
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(
                address.Hub(HubPaths.Agent),
                HttpTransportType.WebSockets,
                options =>
                {
                    options.SkipNegotiation = true;
                    options.WebSocketFactory = (context, cancel) => address.ConnectAsync(context.Uri, key.Read(), cancel);
                }
            )
            .AddJsonProtocol(options =>
            {
                options.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default);
                options.PayloadSerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
                options.PayloadSerializerOptions.AllowOutOfOrderMetadataProperties = true;
                options.PayloadSerializerOptions.MaxDepth = 32;
            })
            .ConfigureLogging(logging =>
            {
                logging.SetMinimumLevel(LogLevel.Warning);
                logging.Services.AddSingleton(logs);
            })
            .Build();
        hub.On<AgentOrder>(nameof(IAgentClient.CarryOut), order => After(() => orders.Begin(order)));
        hub.On(nameof(IAgentClient.Monotonic), KernelClock.Monotonic);
        return hub;

        // A connection that ends before its welcome takes its orders with it: the server sees that it ended.
        async Task After(Action taken)
        {
            await Task.WhenAny(welcomed);
            if (welcomed.IsCompletedSuccessfully)
                taken();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Joined {Dashboard}.")]
        public static partial void Up(ILogger log, DashboardAddress dashboard);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Trouble} Trying again.")]
        public static partial void Trouble(ILogger log, string trouble);
    }
}
