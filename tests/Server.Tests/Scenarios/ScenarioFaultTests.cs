using System.Text.Json;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Texts;
using ReuseAddrDashboard.Server.Scenarios;

namespace ReuseAddrDashboard.Server.Tests.Scenarios;

/// <summary>Each is one thing wrong in the article's lesson, and the one fault that is told of it.</summary>
public sealed class ScenarioFaultTests
{
    [Theory]
    [InlineData("level: basic", "levle: basic", "levle", "scenario.unknown-field", "level")]
    [InlineData("level: basic", "level: esay", "level", "scenario.not-word", null)]
    [InlineData("    title: { en: Close, ja: クローズ }\n", "", "steps[2]", "scenario.missing-field", null)]
    [InlineData("title: { en: Close, ja: クローズ }\n", "title:\n", "steps[2]", "scenario.missing-field", null)]
    [InlineData("title: { en: Close, ja: クローズ }\n", "title: { ja: 閉じる }\n", "steps[2].title", "scenario.english", null)]
    [InlineData("title: { en: Close, ja: クローズ }\n", "title: { en: Close, JAPANESE: x }\n", "steps[2].title.JAPANESE", "scenario.language", null)]
    [InlineData("title: { en: Close, ja: クローズ }\n", "title: [Close]\n", "steps[2].title", "scenario.not-text", null)]
    [InlineData("title: { en: Close, ja: クローズ }\n", "title: \"Close\\u001b[31m\"\n", "steps[2].title", "scenario.control-character", null)]
    [InlineData("topic: time-wait", "topic: timewait", "topic", "scenario.not-word", "time-wait")]
    [InlineData("order: 1", "order: first", "order", "scenario.not-number", null)]
    [InlineData("order: 1", "order: 1\npauseMs: -1", "pauseMs", "scenario.range", null)]
    [InlineData("order: 1", "order: 1\norder: 2", "order", "scenario.duplicate-key", null)]
    [InlineData("id: listenerReuseAddr, kind", "id: listener-reuse, kind", "values[0].id", "scenario.value-id-shape", null)]
    [InlineData("ソケットのSO_REUSEADDR }, default: false", "ソケットのSO_REUSEADDR }, default: 0", "values[0].default", "scenario.value-not-allowed", null)]
    [InlineData("ソケットのSO_REUSEADDR }, default: false", "ソケットのSO_REUSEADDR }, default: false, min: 1", "values[0].min", "scenario.value-field", null)]
    [InlineData("default: 11111", "default: 0", "ports[0].default", "scenario.range", null)]
    [InlineData("id: cl, host: client", "id: sv, host: client", "programs[1].id", "scenario.id-twice", null)]
    [InlineData("./sv {listenerReuseAddr}", "./sv {listenerReuseAdr}", "programs[0].command", "scenario.unknown-place", "listenerReuseAddr")]
    [InlineData("id: close\n", "id: connect\n", "steps[2].id", "scenario.id-twice", null)]
    [InlineData("id: close\n", "id: Close it\n", "steps[2].id", "scenario.id-shape", null)]
    [InlineData("do: socket, program: sv,", "do: sokcet, program: sv,", "steps[0].actions[1].do", "scenario.not-word", "socket")]
    [InlineData("do: socket, program: sv,", "do: socket, program: vs,", "steps[0].actions[1].program", "scenario.unknown-program", "sv")]
    [InlineData("do: start, program: sv }", "do: start, program: cl }", "steps[0].actions[1].program", "scenario.not-started", null)]
    [InlineData(
        "option: SO_REUSEADDR, value: true, when: listenerReuseAddr",
        "option: SO_REUSEADR, value: true, when: listenerReuseAddr",
        "steps[0].actions[2].option",
        "scenario.option",
        "SO_REUSEADDR"
    )]
    [InlineData(
        "option: SO_REUSEADDR, value: true, when: listenerReuseAddr",
        "option: SO_REUSEADDR, when: listenerReuseAddr",
        "steps[0].actions[2]",
        "scenario.action-needs",
        null
    )]
    [InlineData(
        "option: SO_REUSEADDR, value: true, when: listenerReuseAddr",
        "option: SO_REUSEADDR, value: true, on: true",
        "steps[0].actions[2].on",
        "scenario.only-linger",
        null
    )]
    [InlineData(
        "option: SO_REUSEADDR, value: true, when: listenerReuseAddr",
        "option: SO_REUSEADDR, value: yes",
        "steps[0].actions[2].value",
        "scenario.whole",
        null
    )]
    [InlineData(
        "option: SO_REUSEADDR, value: true, when: listenerReuseAddr",
        "option: SO_REUSEADDR, value: true, when: listenerReusAddr",
        "steps[0].actions[2].when",
        "scenario.unknown-value",
        "listenerReuseAddr"
    )]
    [InlineData("when: listenerReuseAddr }", "when: listenerReuseAddr == 3 }", "steps[0].actions[2].when", "condition.never", null)]
    [InlineData("when: listenerReuseAddr }", "when: listenerReuseAddr and }", "steps[0].actions[2].when", "condition.ends", null)]
    [InlineData("backlog: 5 }", "backlog: 5000 }", "steps[0].actions[4].backlog", "scenario.range", null)]
    [InlineData("backlog: 5 }", "backlog: 5, address: any }", "steps[0].actions[4].address", "scenario.action-field", null)]
    [InlineData("backlog: 5 }", "bakclog: 5 }", "steps[0].actions[4].bakclog", "scenario.unknown-field", "backlog")]
    [InlineData("address: server }", "address: sever }", "steps[1].actions[3].address", "scenario.address", "server")]
    [InlineData("address: server }", "address: 192.0.2.7 }", "steps[1].actions[3].address", "scenario.address-foreign", null)]
    [InlineData("address: server }", "address: server, port: 0 }", "steps[1].actions[3].port", "scenario.port-zero", null)]
    [InlineData("address: server }", "address: server, port: mian }", "steps[1].actions[3].port", "scenario.unknown-port", "main")]
    [InlineData("socket: lfd, accepted: afd", "socket: lfd", "steps[1].actions[4]", "scenario.action-needs", null)]
    [InlineData("socket: cfd, prints", "socket: xfd, prints", "steps[2].actions[3].socket", "scenario.socket-not-made", "cfd")]
    [InlineData("program: cl, socket: cfd, prints", "program: cl, socket: afd, prints", "steps[2].actions[3].socket", "scenario.socket-closed", null)]
    [InlineData("program: sv, socket: afd }", "program: sv, socket: cfd }", "steps[2].actions[0].socket", "scenario.socket-of-other", null)]
    [InlineData("do: read, program: cl", "do: read, program: sv", "steps[2].actions[3].program", "scenario.has-ended", null)]
    [InlineData("do: close, program: cl, socket: cfd }", "do: wait, for: return, socket: cfd }", "steps[2].actions[4].socket", "scenario.nothing-waits", null)]
    [InlineData("do: close, program: cl, socket: cfd }", "do: wait, for: state, host: server }", "steps[2].actions[4]", "scenario.wait-needs", null)]
    [InlineData(
        "do: close, program: cl, socket: cfd }",
        "do: wait, for: state, host: server, state: TIMEWAIT }",
        "steps[2].actions[4].state",
        "scenario.state",
        "TIME-WAIT"
    )]
    [InlineData(
        "do: close, program: cl, socket: cfd }",
        "do: wait, for: time, host: server, limitMs: 5 }",
        "steps[2].actions[4].host",
        "scenario.wait-field",
        null
    )]
    [InlineData(
        "do: close, program: cl, socket: cfd }",
        "do: sysctl, host: server, name: kernel.panic, value: 1 }",
        "steps[2].actions[4].name",
        "scenario.sysctl",
        null
    )]
    [InlineData(
        "do: close, program: cl, socket: cfd }",
        "do: drop, host: server, name: d, direction: inn }",
        "steps[2].actions[4].direction",
        "scenario.not-word",
        "in"
    )]
    [InlineData(
        "do: close, program: cl, socket: cfd }",
        "do: drop, host: server, name: d, direction: in, flags: SYNACK }",
        "steps[2].actions[4].flags",
        "scenario.flags",
        null
    )]
    [InlineData("do: close, program: cl, socket: cfd }", "do: pass, host: server, name: d }", "steps[2].actions[4].name", "scenario.no-filter", null)]
    [InlineData("do: close, program: cl, socket: cfd }", "do: write, program: cl, socket: cfd }", "steps[2].actions[4]", "scenario.text-or-length", null)]
    [InlineData("when: result(rebind) == ok }", "when: result(rebnd) == ok }", "question.choices[0].when", "scenario.unknown-result", "rebind")]
    [InlineData("when: result(rebind) == ok }", "when: result(rebind) == EADRINUSE }", "question.choices[0].when", "condition.errno", "EADDRINUSE")]
    [InlineData("when: result(rebind) == ok }", "when: result(rebind) }", "question.choices[0].when", "condition.alone", null)]
    [InlineData("when: result(rebind) == ok }", "when: result(rebind) > 3 }", "question.choices[0].when", "condition.order", null)]
    [InlineData("when: result(rebind) == ok }", "when: has(server, TIME-WAIT) }", "question.choices[0].TIME-WAIT)", "scenario.quote-comma", null)]
    [InlineData("tryNext: { listenerReuseAddr: false }", "tryNext: { listener: false }", "explanations[0].tryNext.listener", "scenario.unknown-value", null)]
    [InlineData("explanation: neither-has-it", "explanation: neither-has", "expect[0].explanation", "scenario.unknown-explanation", "neither-has-it")]
    public void Is_told_with_line_field_and_what_is_allowed(string right, string wrong, string field, string code, string? meant)
    {
        string yaml = Lessons.With(right, wrong);
        ScenarioReading read = ScenarioReader.ReadYaml(yaml);
        Assert.Null(read.Scenario);
        ScenarioFault[] faults = [.. read.Faults.Where(f => !f.Warning)];
        ScenarioFault? fault = faults.FirstOrDefault(f => f.Problem.Code == code);
        Assert.True(fault is not null, string.Join('\n', read.Faults.Select(f => $"{f.Problem.Code} {f.In(TextCatalog.English)}")));
        Assert.Equal(field, fault.Field);
        Assert.Equal(meant, fault.Hint?["name"]);
        // The line is that of the change, or of what stands around it.
        string[] lines = Lessons.Article.Split('\n');
        int changed = 1 + Lessons.Article[..Lessons.Article.IndexOf(right, StringComparison.Ordinal)].Count(c => c == '\n');
        Assert.InRange(fault.Line!.Value, 1, lines.Length + 2);
        if (field.Count(c => c is '.') > 1)
            Assert.InRange(fault.Line!.Value, changed, changed + 1);
        Lessons.AssertTold(fault);
        // What follows from it is not told as well, unless it is a name that is used everywhere.
        Assert.True(
            faults.Length <= 2 || code is FaultCodes.ValueIdShape or FaultCodes.IdTwice,
            string.Join('\n', faults.Select(f => f.In(TextCatalog.English)))
        );
    }

    [Fact]
    public void All_faults_are_told_at_once_in_the_order_of_the_lines()
    {
        IReadOnlyList<ScenarioFault> faults = Lessons.Faults(
            Lessons
                .With("default: 11111", "default: 70000")
                .Replace("address: server }", "address: sever }")
                .Replace("backlog: 5, decides", "backlog: -5, decides")
        );
        Assert.Equal(["scenario.range", "scenario.address", "scenario.range"], faults.Select(f => f.Problem.Code));
        Assert.Equal(faults.Select(f => f.Line).Order(), faults.Select(f => f.Line));
        Assert.All(faults, f => Assert.NotNull(f.Column));
    }

    [Fact]
    public void A_fault_reads_as_a_compilers()
    {
        ScenarioFault fault = Assert.Single(Lessons.Faults(Lessons.With("address: server }", "address: sever }"))) with { File = "mine.yaml" };
        Assert.StartsWith($"mine.yaml:{fault.Line}:{fault.Column}: steps[1].actions[3].address: sever is not an address.", fault.In(TextCatalog.English));
        Assert.EndsWith("Did you mean server?", fault.In(TextCatalog.English));
        Assert.Equal(
            "address: sever }",
            Lessons.With("address: server }", "address: sever }").Split('\n')[fault.Line!.Value - 1][(fault.Column!.Value - 10)..]
        );
    }

    [Fact]
    public void An_option_by_number_is_a_warning_and_the_scenario_can_be_used()
    {
        ScenarioReading read = ScenarioReader.ReadYaml(Lessons.With("option: SO_REUSEADDR", "option: 15"));
        Assert.NotNull(read.Scenario);
        Assert.Equal(
            (true, "scenario.option-by-number", "SO_REUSEPORT"),
            Assert.Single(read.Faults) is var f ? (f.Warning, f.Problem.Code, f.Problem["name"]) : default
        );
    }

    [Fact]
    public void A_scenario_in_JSON_goes_the_same_way()
    {
        Scenario article = ScenarioReader.ReadYaml(Lessons.Article).Scenario!;
        JsonElement json = JsonSerializer.SerializeToElement(article, Core.Wire.WireJson.Default.Scenario);
        ScenarioReading again = ScenarioReader.ReadJson(json);
        Assert.Empty(again.Faults);
        Assert.Equal(json.GetRawText(), JsonSerializer.Serialize(again.Scenario, Core.Wire.WireJson.Default.Scenario));
        // JSON is YAML.
        Assert.Equal(json.GetRawText(), JsonSerializer.Serialize(ScenarioReader.ReadYaml(json.GetRawText()).Scenario, Core.Wire.WireJson.Default.Scenario));
        ScenarioFault fault = Assert.Single(
            ScenarioReader.ReadJson(JsonDocument.Parse(json.GetRawText().Replace("\"address\":\"server\"", "\"address\":\"sever\"")).RootElement).Faults
        );
        Assert.Equal(("steps[1].actions[3].address", null), (fault.Field, fault.Line));
        Assert.Equal("scenario.not-map", Assert.Single(ScenarioReader.ReadJson(JsonDocument.Parse("[1]").RootElement).Faults).Problem.Code);
    }

    [Fact]
    public void A_scenario_that_came_as_an_object_with_holes_is_told_of_not_thrown_at()
    {
        Scenario article = ScenarioReader.ReadYaml(Lessons.Article).Scenario!;
        Assert.NotNull(ScenarioReader.Check(article).Scenario);
        Assert.NotEmpty(ScenarioReader.Check(article with { Title = null!, Steps = [null!], Programs = null! }).Faults);
    }
}
