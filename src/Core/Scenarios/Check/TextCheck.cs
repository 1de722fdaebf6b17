namespace ReuseAddrDashboard.Core.Scenarios.Check;

/// <summary>Whether texts are there, in English at least, and bounded; and whether the places in them are of values or ports.</summary>
internal sealed class TextCheck(ScenarioNames names, FaultList faults)
{
    public void Local(string field, LocalText? text, int most = Limits.MaxText)
    {
        if (text is null)
            return;
        if (!text.ByLanguage.TryGetValue(LocalText.English, out string? english) || string.IsNullOrWhiteSpace(english))
            faults.Add(field, FaultCodes.English);
        foreach ((string language, string content) in text.ByLanguage)
        {
            string place = text.ByLanguage.Count == 1 ? field : $"{field}.{language}";
            if (!Shapes.IsLanguage(language))
                faults.Add(place, FaultCodes.Language, ("name", FaultList.Shown(language)));
            Bounded(place, content, most);
        }
    }

    /// <summary>A text that a program shows: no longer than a line of a terminal may be, and its places filled from values and ports.</summary>
    public void Filled(string field, string? text, int most = Limits.MaxTitle)
    {
        if (text is null)
            return;
        Bounded(field, text, most);
        Places(field, text);
    }

    /// <summary>Each <c>{name}</c> in a text; something else in braces is no place.</summary>
    public void Places(string field, string text)
    {
        for (int open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', open + 1))
        {
            int close = text.IndexOf('}', open);
            if (close < 0)
                return;
            string name = text[(open + 1)..close];
            if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && !names.Values.ContainsKey(name) && !names.Ports.Contains(name))
                faults.Unknown(field, FaultCodes.UnknownPlace, name, [.. names.Values.Keys, .. names.Ports]);
        }
    }

    public void Bounded(string field, string text, int most)
    {
        if (text.Length > most)
            faults.Add(field, FaultCodes.TooLong, ("most", most), ("given", text.Length));
        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            faults.Add(field, FaultCodes.ControlCharacter);
        if (string.IsNullOrWhiteSpace(text))
            faults.Add(field, FaultCodes.Empty);
    }
}
