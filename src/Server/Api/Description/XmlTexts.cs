using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace ReuseAddrDashboard.Server.Api.Description;

/// <summary>
/// What the types and their members say of themselves: the XML documentation that the compiler leaves beside each assembly. Without the file nothing is said.
/// </summary>
internal static class XmlTexts
{
    private static readonly Lazy<Dictionary<string, XElement>> Members = new(Read);

    public static string? Summary(Type type) => Members.Value.GetValueOrDefault($"T:{Name(type)}") is { } of ? Text(of.Element("summary")) : null;

    /// <summary>Of a property; one of a record's parameters is described by the record.</summary>
    public static string? Summary(MemberInfo property)
    {
        if (property.DeclaringType is not { } type)
            return null;
        if (Members.Value.GetValueOrDefault($"P:{Name(type)}.{property.Name}") is { } of)
            return Text(of.Element("summary"));
        return
            Members.Value.GetValueOrDefault($"T:{Name(type)}")?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == property.Name)
                is { } parameter
            ? Text(parameter)
            : null;
    }

    private static string Name(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static Dictionary<string, XElement> Read()
    {
        var members = new Dictionary<string, XElement>();
        foreach (Assembly assembly in (Assembly[])[typeof(Core.Log.RunFile).Assembly, typeof(XmlTexts).Assembly])
        {
            string file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
            foreach (XElement member in File.Exists(file) ? XDocument.Load(file).Descendants("member") : [])
                members[member.Attribute("name")!.Value] = member;
        }
        return members;
    }

    private static string? Text(XElement? of)
    {
        if (of is null)
            return null;
        var text = new StringBuilder();
        foreach (XNode node in of.DescendantNodes())
        {
            // <see cref="P:Some.Type.Member"/> is Member; what stands in <c> is a text of its own.
            if (node is XText words)
                text.Append(words.Value);
            else if (node is XElement { IsEmpty: true } named)
                text.Append((named.Attribute("cref") ?? named.Attribute("name") ?? named.Attribute("langword"))?.Value.Split('(')[0].Split('.', ':')[^1]);
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } said ? said : null;
    }
}
