using System.Runtime.CompilerServices;
using Bunit;

namespace ReuseAddrDashboard.Web.Tests;

internal static class Waiting
{
    /// <summary>
    /// WaitForAssertion and WaitForState end as soon as what they wait for is there: bUnit's own second would only measure how busy this machine is.
    /// </summary>
    [ModuleInitializer]
    internal static void Patiently() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(20);
}
