using ReuseAddrDashboard.Core.Fold;
using ReuseAddrDashboard.Core.Log;
using ReuseAddrDashboard.Core.Scenarios;
using ReuseAddrDashboard.Core.Tcp;
using ReuseAddrDashboard.Core.Texts;

namespace ReuseAddrDashboard.Server.Labs.Activities;

/// <summary>Waits for a state, the end of one, a segment, the return of a call that was left waiting, or a time; each with its limit.</summary>
internal sealed class Waiting(Lab lab, LabRun run, PlannedAction planned) : DoingAction(lab, run, planned)
{
    private bool _returned;

    protected override void Begin()
    {
        int limit = CallOrders.LimitMs(Action);
        After(TimeSpan.FromMilliseconds(limit), () => Finish(Action.For == WaitFor.Time ? null : Late(limit)));
        OnMoved();
    }

    /// <summary>What was waited for is waited for anew when the step goes on; a call that has returned meanwhile is taken to its end.</summary>
    public override void Pause()
    {
        if (!_returned)
            End();
    }

    protected override void OnMoved()
    {
        switch (Action.For)
        {
            case WaitFor.State when HasState():
            case WaitFor.Gone when !HasState():
            case WaitFor.Segment when HasSegment():
                Finish(null);
                break;
            case WaitFor.Return:
                Return();
                break;
            default:
                break;
        }
    }

    private bool HasState() =>
        TcpStates.TryParse(Action.State, out TcpState state)
        && Run.HasNow(Host, state, Action.Port is null ? null : RunAddresses.Port(Run.Header, Action.Port));

    // Since the attempt began: a repeated step waits for a segment of its own.
    private bool HasSegment()
    {
        for (int i = Run.Log.Events.Count - 1; i >= 0; i--)
        {
            switch (Run.Log.Events[i])
            {
                case StepEvent { Status: StepStatus.Started } began when began.Step == Planned.Step.Id:
                    return false;
                case SegmentEvent segment
                    when segment.Host == Host
                        && SegmentFlags.Match(Action.Flags ?? "", segment.Flags)
                        && (
                            Action.Port is null
                            || RunAddresses.Port(Run.Header, Action.Port) is { } port && (segment.From.Port == port || segment.To.Port == port)
                        ):
                    return true;
                default:
                    break;
            }
        }
        return false;
    }

    private void Return()
    {
        if (_returned)
            return;
        if (Run.TakeReturned(Action.Socket) is { } call)
        {
            _returned = true;
            // What came of it on the wire is to be in the log before anything is said of it.
            Do(new Looking(Lab), () => Returned(call));
        }
        else if (!Run.Orders.Values.Any(o => o.Waits is not null && (Action.Socket is null || o.Waits == Action.Socket)))
        {
            Finish(null);
        }
    }

    private void Returned(CallEvent call)
    {
        Written(null);
        if (!call.Succeeded && call is { Step: { } step, Index: { } index } && Run.Header.Script.FindStep(step)?.Actions.ElementAtOrDefault(index) is { } made)
            Failed(made, call);
        End();
    }

    private Message Late(int limit)
    {
        long ns = limit * 1_000_000L;
        return Action.For switch
        {
            WaitFor.State => Message.Of("step.wait-state", ("host", Host), ("state", Action.State), ("limit", ns)),
            WaitFor.Gone => Message.Of("step.wait-gone", ("host", Host), ("state", Action.State), ("limit", ns)),
            WaitFor.Segment => Message.Of("step.wait-segment", ("host", Host), ("flags", Action.Flags), ("limit", ns)),
            _ => Message.Of("step.wait-return", ("socket", Action.Socket), ("limit", ns)),
        };
    }
}
