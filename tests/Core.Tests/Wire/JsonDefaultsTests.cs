using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ReuseAddrDashboard.Core.Wire;
using Xunit;

namespace ReuseAddrDashboard.Core.Tests.Wire;

public sealed class JsonDefaultsTests
{
    /// <summary>Every value that has another default than 0: left out of JSON, it is as in a new record.</summary>
    [Fact]
    public void What_JSON_leaves_out_is_as_in_a_new_record()
    {
        var held = new List<string>();
        foreach (
            Type type in typeof(WireJson).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
        )
        {
            if (
                WireJson.Default.GetTypeInfo(type) is not { Kind: JsonTypeInfoKind.Object } info
                || type.GetConstructors().OrderBy(c => c.GetParameters().Length).FirstOrDefault(c => c.GetParameters().All(p => p.HasDefaultValue))
                    is not { } constructor
            )
            {
                continue;
            }

            object made = constructor.Invoke([.. constructor.GetParameters().Select(p => p.DefaultValue)]);
            foreach (
                PropertyInfo property in type.GetProperties()
                    .Where(p =>
                        p is { CanWrite: true, PropertyType.IsValueType: true }
                        && p.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always }
                    )
            )
            {
                object? value = property.GetValue(made);
                if (value is null || value.Equals(Activator.CreateInstance(property.PropertyType)))
                    continue;
                JsonObject json = JsonSerializer.SerializeToNode(made, info)!.AsObject();
                Assert.True(
                    json.Remove(
                        info.Properties.Single(p =>
                            (p.AttributeProvider as PropertyInfo)?.Name == property.Name
                            || string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase)
                        ).Name
                    ),
                    $"{type.Name}.{property.Name}"
                );
                Assert.True(
                    value.Equals(property.GetValue(json.Deserialize(info))),
                    $"{type.Name}.{property.Name}: {value} is lost. Give it in a constructor for JSON, not in an initializer."
                );
                held.Add($"{type.Name}.{property.Name}");
            }
        }
        Assert.Equal(
            ["ActionEvent.Done", "CallOrder.Length", "CallOrder.TimeoutMs", "PortSocket.Sure", "Scenario.PauseMs"],
            held.Order(StringComparer.Ordinal)
        );
    }
}
