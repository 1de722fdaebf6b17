namespace ReuseAddrDashboard.Core.Texts;

/// <summary>A text that its author wrote in several languages; as a string it is English.</summary>
public interface ILocalText
{
    /// <summary>The text by language tag.</summary>
    IReadOnlyDictionary<string, string> ByLanguage { get; }
}
