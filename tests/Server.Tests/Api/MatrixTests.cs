using System.Net;
using System.Text;
using ReuseAddrDashboard.Core.Matrix;
using ReuseAddrDashboard.Core.Wire;
using ReuseAddrDashboard.Server.Tests.Hosting;

namespace ReuseAddrDashboard.Server.Tests.Api;

/// <summary>The matrix by HTTP, as a program asks for it.</summary>
public sealed class MatrixTests
{
    [Fact]
    public async Task Cells_are_tried_and_exported()
    {
        (TestDashboard dashboard, _, ScriptedAgent server) = await TestDashboard.StartWithAgents();
        await using TestDashboard running = dashboard;
        server.Answers = c => c == MatrixCell.Basic[0] ? MatrixAnswer.Ok : MatrixRule.Of(c).Answer;
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.Http.GetAsync("/api/labs/local/matrix", TestContext.Current.CancellationToken)).StatusCode);

        using HttpResponseMessage answer = await Post(dashboard, """{"set":"basic"}""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        MatrixFile file = Read(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(MatrixCell.Basic, file.Results.Select(r => r.Cell));
        Assert.Equal(MatrixCell.Basic[0], Assert.Single(file.Results, r => r.IsMismatch).Cell);

        Assert.Equal(file.Results, Read(await dashboard.Http.GetByteArrayAsync("/api/labs/local/matrix", TestContext.Current.CancellationToken)).Results);
        Assert.Contains("time-wait,v4,v4,0,0,0,0,ok,bind EADDRINUSE,no", await Text(dashboard, "/api/labs/local/matrix.csv"), StringComparison.Ordinal);
        Assert.Contains("**ok** ≠ bind EADDRINUSE", await Text(dashboard, "/api/labs/local/matrix.md"), StringComparison.Ordinal);
        Assert.Contains("試したセル：64。", await Text(dashboard, "/api/labs/local/matrix.md?lang=ja"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"set":"some"}""", "edge.cell-set")]
    [InlineData("""{}""", "edge.cell-set")]
    [InlineData("""{"set":"all","cells":["listen/v4/v4/ra/ra"]}""", "edge.cell-set")]
    [InlineData("""{"cells":[]}""", "edge.cells")]
    [InlineData("""{"cells":["listen/v4/v4/ra"]}""", "edge.cells")]
    [InlineData("""{"cells":[7]}""", "edge.cells")]
    [InlineData("""{"cells":"all"}""", "edge.cells")]
    [InlineData("""{"set":"all","more":1}""", "edge.unknown-field")]
    public async Task A_body_that_names_no_cells_is_refused_with_what_to_do(string body, string code)
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        using HttpResponseMessage answer = await Post(dashboard, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(code, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_host_it_is_unavailable()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        using HttpResponseMessage answer = await Post(dashboard, """{"set":"all"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Parts_beyond_their_bounds_end_the_report()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        await using ScriptedAgent agent = await ScriptedAgent.Join(dashboard.Url, TestHosts.Server);
        MatrixResult fine = new(MatrixCell.Basic[0], MatrixAnswer.Ok);
        MatrixHost host = new()
        {
            Kernel = "6.1.0",
            Os = "Debian",
            Agent = "1",
            Sysctls = new Dictionary<string, string?>(),
        };
        foreach (
            MatrixPart bad in (MatrixPart[])
                [
                    new([.. Enumerable.Repeat(fine, MatrixPart.MaxResults + 1)]),
                    new([fine with { Kernel = null }]),
                    new([fine with { Untried = new("matrix.untried.no-port") }]),
                    new([null!]),
                    new([fine with { Kernel = null, Untried = new("X") }]),
                    new([], host with { Kernel = "" }),
                    new([], host with { Os = "a\nb" }),
                    new([], host with { Sysctls = new Dictionary<string, string?> { ["x"] = new('1', 1001) } }),
                    new([fine], LeftInTimeWait: -1),
                ]
        )
        {
            await Assert.ThrowsAsync<Microsoft.AspNetCore.SignalR.HubException>(() => agent.Report(new AgentItem(1, null, 1, Matrix: bad)));
        }
    }

    [Fact]
    public async Task The_kernels_that_come_with_the_dashboard_are_listed_and_each_is_a_whole_matrix()
    {
        await using TestDashboard dashboard = await TestDashboard.Start();
        string list = await Text(dashboard, "/api/kernels");
        using var json = System.Text.Json.JsonDocument.Parse(list);
        Assert.Equal(2, json.RootElement.GetArrayLength());
        foreach (System.Text.Json.JsonElement kernel in json.RootElement.EnumerateArray())
        {
            MatrixFile file = Read(
                await dashboard.Http.GetByteArrayAsync($"/api/kernels/{kernel.GetProperty("id").GetString()}", TestContext.Current.CancellationToken)
            );
            Assert.Equal(kernel.GetProperty("kernel").GetString(), file.Host.Kernel);
            Assert.Equal(MatrixCell.All, file.Results.Select(r => r.Cell));
            Assert.DoesNotContain(file.Results, r => r.Kernel is null);
            Assert.StartsWith("tools/kernels/run.sh ", kernel.GetProperty("command").GetString(), StringComparison.Ordinal);
        }
    }

    private static MatrixFile Read(byte[] json) =>
        MatrixFile.Read(json, out Core.Texts.Message? fault) ?? throw new InvalidOperationException(fault!.ToString());

    private static Task<string> Text(TestDashboard dashboard, string path) => dashboard.Http.GetStringAsync(path, TestContext.Current.CancellationToken);

    private static Task<HttpResponseMessage> Post(TestDashboard dashboard, string body) =>
        dashboard.Http.PostAsync("/api/labs/local/matrix", new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
