using System.Text.Json;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Server.Runs;
using ReuseAddrDashboard.Server.Tests.Hosting;
using ReuseAddrDashboard.Tests;

namespace ReuseAddrDashboard.Server.Tests.Runs;

/// <summary>The states of a real run, made as root by the version before.</summary>
public sealed class RunStatesTests
{
    [Fact]
    public async Task The_states_are_those_of_each_socket_by_its_name_and_up_to_the_moment_that_is_asked_for()
    {
        using var directory = new TemporaryDirectory();
        EarlierData.Make(directory.Path);
        await using TestDashboard dashboard = await TestDashboard.Start(directory.Path);

        JsonElement[] all = await States("");
        Assert.Equal(["BOUND", "LISTEN"], Of(all, "server", "lfd"));
        Assert.Equal(["SYN-RECV", "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"], Of(all, "server", "afd"));
        Assert.Equal(["SYN-SENT", "ESTAB", "CLOSE-WAIT", "LAST-ACK"], Of(all, "client", "cfd"));
        Assert.All(all, s => Assert.NotEqual(0, s.GetProperty("sources").GetArrayLength()));
        JsonElement established = all.First(s => s.GetProperty("state").GetString() == "ESTAB");
        decimal begin = established.GetProperty("begin").GetDecimal(),
            end = established.GetProperty("end").GetDecimal();
        Assert.True(begin < end, $"{begin} {end}");

        JsonElement[] early = await States(FormattableString.Invariant($"?at={(begin + end) / 2}"));
        Assert.All(early.Where(s => s.GetProperty("state").GetString() == "ESTAB"), s => Assert.Equal(JsonValueKind.Null, s.GetProperty("end").ValueKind));
        Assert.DoesNotContain(early, s => s.GetProperty("state").GetString() is "FIN-WAIT-1" or "TIME-WAIT");

        (int status, _, JsonElement problem) = await TestDashboard.Problem(
            await dashboard.Http.GetAsync($"/api/runs/{EarlierData.Completed}/states?at=noon", TestContext.Current.CancellationToken)
        );
        Assert.Equal((400, "edge.moment"), (status, problem.GetProperty("code").GetString()));

        async Task<JsonElement[]> States(string query) =>
            [
                .. JsonDocument
                    .Parse(await dashboard.Http.GetStringAsync($"/api/runs/{EarlierData.Completed}/states{query}", TestContext.Current.CancellationToken))
                    .RootElement.EnumerateArray(),
            ];

        static IEnumerable<string?> Of(JsonElement[] states, string host, string socket) =>
            states
                .Where(s => s.GetProperty("host").GetString() == host && s.GetProperty("socket").GetString() == socket)
                .Select(s => s.GetProperty("state").GetString());
    }

    [Fact]
    public void What_nobody_saw_is_named_inferred_and_has_its_bounds()
    {
        StateSpan[] concluded = [.. RunStates.Spans(RealRuns.Read("plain"), null).Where(s => s.Sources is [EvidenceSource.Inferred])];
        Assert.Contains(concluded, s => s.State == TcpState.SynRecv);
        Assert.Contains(concluded, s => s is { After: not null, EndAfter: not null } or { Before: not null, EndBefore: not null });
        Assert.All(
            concluded,
            s =>
            {
                Assert.InRange(s.Begin, s.After ?? long.MinValue, s.Before ?? long.MaxValue);
                if (s.End is { } end)
                    Assert.InRange(end, Math.Max(s.Begin, s.EndAfter ?? long.MinValue), s.EndBefore ?? long.MaxValue);
            }
        );
    }
}
