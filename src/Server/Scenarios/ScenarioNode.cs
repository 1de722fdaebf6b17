namespace ReuseAddrDashboard.Server.Scenarios;

/// <summary>A piece of a scenario's text before anything is made of it, with its place: what YAML and JSON have in common.</summary>
/// <param name="Line">From 1; 0 where nobody knows it.</param>
/// <param name="Column">From 1; 0 where nobody knows it.</param>
internal abstract record ScenarioNode(int Line, int Column)
{
    /// <summary>The node of a field's path, or the one nearest to it among those around it.</summary>
    /// <param name="path">As faults name it: <c>steps[2].actions[0].option</c>.</param>
    public ScenarioNode At(string path)
    {
        ScenarioNode node = this;
        foreach (string part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            ScenarioNode? next = node switch
            {
                ListNode list when part[0] == '[' && int.TryParse(part[1..^1], out int i) && i < list.Items.Count => list.Items[i],
                MapNode map => map.Find(part)?.Value,
                _ => null,
            };
            if (next is null)
                return node;
            node = next;
        }
        return node;
    }
}

/// <param name="Text">The characters.</param>
/// <param name="Plain">True where no quotes stood around them: then <c>true</c> and <c>5</c> are no words.</param>
/// <param name="Line">From 1; 0 where nobody knows it.</param>
/// <param name="Column">From 1; 0 where nobody knows it.</param>
internal sealed record TextNode(string Text, bool Plain, int Line, int Column) : ScenarioNode(Line, Column)
{
    /// <summary>True for nothing at all: <c>field:</c>, <c>null</c>, <c>~</c>.</summary>
    public bool IsNull => Plain && Text is ("" or "~" or "null");
}

internal sealed record ListNode(IReadOnlyList<ScenarioNode> Items, int Line, int Column) : ScenarioNode(Line, Column);

internal sealed record MapNode(IReadOnlyList<MapField> Fields, int Line, int Column) : ScenarioNode(Line, Column)
{
    public MapField? Find(string name) => Fields.FirstOrDefault(f => f.Name == name);
}

/// <param name="Name">The field's name.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Line">Where the name stands.</param>
/// <param name="Column">Where the name stands.</param>
internal sealed record MapField(string Name, ScenarioNode Value, int Line, int Column);
