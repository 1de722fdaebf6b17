using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Scenarios.Check;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>
/// Reads YAML event by event, so that what is nested too deep, an alias or a tag is refused before anything is made of it: no small file grows large here, and
/// none overflows the stack.
/// </summary>
internal static class YamlNodes
{
    /// <summary>Levels of lists and groups; a scenario has six.</summary>
    public const int MaxDepth = 10;

    /// <summary>Reads a text of at most <see cref="Limits.MaxScenarioOctets"/>; null where it cannot be used, with the fault added.</summary>
    public static ScenarioNode? Read(string text, FaultList faults)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            var parser = new Parser(scanner);
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                faults.Add("", FaultCodes.FileEmpty);
                return null;
            }
            parser.Consume<DocumentStart>();
            ScenarioNode? node = Node(parser, "", 0, faults);
            if (node is null)
                return null;
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
            {
                Add(faults, "", parser.Current!.Start, FaultCodes.Documents);
                return null;
            }
            return node;
        }
        catch (YamlException e)
        {
            Add(faults, "", e.Start, FaultCodes.Syntax, ("text", Reason(e)));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the scanner answers to some malformed texts, half a surrogate pair among them, without a word.
            Add(faults, "", scanner.CurrentPosition, FaultCodes.SyntaxHere);
            return null;
        }
    }

    // Null ends the reading; the fault is told.
    private static ScenarioNode? Node(Parser parser, string path, int depth, FaultList faults)
    {
        if (parser.Accept<AnchorAlias>(out var alias))
        {
            Add(faults, path, alias.Start, FaultCodes.Alias);
            return null;
        }
        NodeEvent begin = parser.Consume<NodeEvent>();
        (int line, int column) = ((int)begin.Start.Line, (int)begin.Start.Column);
        if (!begin.Anchor.IsEmpty)
        {
            Add(faults, path, begin.Start, FaultCodes.Alias);
            return null;
        }
        // "!" alone is what the parser gives to a quoted text.
        if (!begin.Tag.IsEmpty && begin.Tag != "!")
        {
            Add(faults, path, begin.Start, FaultCodes.Tag, ("name", FaultList.Shown(begin.Tag.ToString())));
            return null;
        }
        if (begin is Scalar scalar)
            return new TextNode(scalar.Value, scalar.Style == ScalarStyle.Plain, line, column);
        if (depth == MaxDepth)
        {
            Add(faults, path, begin.Start, FaultCodes.TooDeep, ("most", MaxDepth));
            return null;
        }
        return begin is SequenceStart ? List(parser, path, depth, line, column, faults) : Map(parser, path, depth, line, column, faults);
    }

    private static ListNode? List(Parser parser, string path, int depth, int line, int column, FaultList faults)
    {
        var items = new List<ScenarioNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (Node(parser, $"{path}[{items.Count}]", depth + 1, faults) is not { } item)
                return null;
            items.Add(item);
        }
        return new(items, line, column);
    }

    private static MapNode? Map(Parser parser, string path, int depth, int line, int column, FaultList faults)
    {
        var fields = new List<MapField>();
        var names = new HashSet<string>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var name) || !name.Anchor.IsEmpty)
            {
                Add(faults, path, parser.Current!.Start, FaultCodes.Key);
                return null;
            }
            string field = path.Length == 0 ? name.Value : $"{path}.{name.Value}";
            if (!names.Add(name.Value))
                Add(faults, field, name.Start, FaultCodes.DuplicateKey, ("name", FaultList.Shown(name.Value)));
            if (Node(parser, field, depth + 1, faults) is not { } value)
                return null;
            fields.Add(new(name.Value, value, (int)name.Start.Line, (int)name.Start.Column));
        }
        return new(fields, line, column);
    }

    private static void Add(FaultList faults, string field, Mark at, string code, params ReadOnlySpan<(string Name, object? Value)> args) =>
        faults.Add(new ScenarioFault(FaultList.Shown(field), Core.Texts.Message.Of(code, args)) { Line = (int)at.Line, Column = (int)at.Column });

    // The message without the place, which has fields of its own.
    private static string Reason(YamlException e)
    {
        string text = (e.InnerException as YamlException ?? e).Message;
        int close = text.IndexOf("): ", StringComparison.Ordinal);
        return text.StartsWith('(') && close > 0 ? text[(close + 3)..] : text;
    }
}
