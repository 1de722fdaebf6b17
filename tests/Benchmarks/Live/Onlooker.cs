using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using ReuseAddrDashboard.Core.Wire;

namespace ReuseAddrDashboard.Benchmarks.Live;

/// <summary>A page's connection without the page: what it is told and when, and nothing is drawn.</summary>
internal static class Onlooker
{
    public static HubConnection Of(string url, Action<RunBatch> took)
    {
        HubConnection hub = new HubConnectionBuilder()
            .WithUrl(url + HubPaths.Lab)
            .AddJsonProtocol(j => j.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default))
            .Build();
        hub.On(nameof(ILabClient.Events), took);
        return hub;
    }

    public static async Task Attach(HubConnection page)
    {
        await page.StartAsync();
        await page.InvokeAsync(nameof(ILabHub.Join), "", null, null);
    }
}
